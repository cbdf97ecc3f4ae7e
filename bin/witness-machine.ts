/** Whether the machine gave the tests their time: a time that was told while it did not says nothing about the program. */
import { readFileSync } from 'node:fs';
import { type CpuTimes, parseCpuTimes, sharesOf } from '../src/lib/agent/cpu-times.ts';
import { watchLateness } from '../test/support/quiet-machine.ts';

/** What the machine withheld in a while. */
export interface Withheld {
  /** Share of all cores' time that the host gave to others, 0 to 1. */
  readonly stolen: number;
  /** The longest time for which a process with next to nothing to do was not run, milliseconds. */
  readonly standstillMs: number;
}

/** From here on exact times are not the program's own. */
const MUCH_STOLEN = 0.05;
const LONG_STANDSTILL_MS = 150;

/** Begins to watch; the function returned ends that. */
export function witnessMachine(): () => Withheld {
  const latest = watchLateness();
  const before = loadCpuTimes();
  return () => ({ stolen: sharesOf(before, loadCpuTimes()).stolen, standstillMs: latest() });
}

export function isTooMuch({ stolen, standstillMs }: Withheld): boolean {
  return stolen >= MUCH_STOLEN || standstillMs >= LONG_STANDSTILL_MS;
}

export function formatWithheld({ stolen, standstillMs }: Withheld): string {
  return `the host kept back ${(100 * stolen).toFixed(1)} % of the CPU; longest standstill ${standstillMs.toFixed(0)} ms`;
}

function loadCpuTimes(): CpuTimes {
  return parseCpuTimes(readFileSync('/proc/stat', 'utf8')) ?? { total: 0, idle: 0, stolen: 0 };
}
