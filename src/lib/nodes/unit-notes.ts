/** What a unit's supervisor notes in the unit's folder, so that anybody can read it without asking a supervisor. */
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';

export interface Started {
  readonly pid: number;
  /** Of what it was started with. */
  readonly digest: string;
}

/** Reads what a unit was last started as; null when it does not run. After a crash of the machine it may be old. */
export async function readStarted(dir: string): Promise<Started | null> {
  const text = await readFile(join(dir, 'unit.pid'), 'utf8').catch(() => '');
  const [pid, digest] = text.trim().split(' ');
  return Number(pid) > 1 ? { pid: Number(pid), digest: digest ?? '' } : null;
}

export interface LastExit {
  /** Exit status, or -1 when a signal ended it. */
  readonly status: number;
  /** Number of the signal, when one did. */
  readonly signal: number;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** Reads how a unit last ended; null when it never did. */
export async function readLastExit(dir: string): Promise<LastExit | null> {
  return parseLastExit(await readFile(join(dir, 'last-exit'), 'utf8').catch(() => ''));
}

/** Parses `STATUS SIGNAL MS` (runit), `exited STATUS MS` or `killed SIGNAL MS` (systemd, signals by name). */
export function parseLastExit(text: string): LastExit | null {
  const [first, second, at] = text.trim().split(' ');
  const atMs = Number(at);
  if (at === undefined || Number.isNaN(atMs)) return null;
  if (first === 'exited') return { status: Number(second), signal: 0, atMs };
  if (first === 'killed' || first === 'dumped') {
    const signals: Readonly<Record<string, number>> = constants.signals;
    return { status: -1, signal: signals[`SIG${second}`] ?? (Number(second) || 0), atMs };
  }
  return { status: Number(first), signal: Number(second), atMs };
}
