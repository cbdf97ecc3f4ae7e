/**
 * The wall clock by which the programs of a node go: the machine's, but for a drill that lets this node's be wrong. It is asked
 * to by a file in the node's data folder that also says until when, so that it ends by itself; nothing that comes over the
 * network can arm it, and the machine's own clock is never touched.
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { clockShiftFile } from './layout.ts';
import { watchJson } from './watch-json.ts';

export interface ClockShift {
  /** How far ahead, milliseconds; below 0: behind. */
  readonly shiftMs: number;
  /** Unix milliseconds, by the machine's clock. */
  readonly untilMs: number;
}

export interface NodeClock extends Clock {
  /**
   * The clock of something that begins now: what began while all was well keeps its time when the clock goes wrong, as a program
   * does that counts on from its start.
   */
  hold(): Clock;
  close(): void;
}

/** Watches until closed. `machine`: the clock that is right. */
export function watchNodeClock(dataDir: string, machine: Clock = systemClock): NodeClock {
  const initial: ClockShift = { shiftMs: 0, untilMs: 0 };
  const watched = watchJson(clockShiftFile(dataDir), { initial, parse: checkClockShift });
  const nowMs = (): number => {
    const rightMs = machine.nowMs();
    const { shiftMs, untilMs } = watched.current;
    return rightMs < untilMs ? rightMs + shiftMs : rightMs;
  };
  return {
    nowMs,
    hold: () => (machine.nowMs() < watched.current.untilMs ? { nowMs } : machine),
    close: () => watched.close(),
  };
}

/** Returns the JSON when it is a shift. Throws USAGE for all else. */
export function checkClockShift(value: unknown): ClockShift {
  const { shiftMs, untilMs } = (value ?? {}) as Partial<ClockShift>;
  if (Number.isFinite(shiftMs) && Number.isFinite(untilMs)) return value as ClockShift;
  throw new StreamctlError('USAGE', 'the file does not say how far a clock is to be off');
}
