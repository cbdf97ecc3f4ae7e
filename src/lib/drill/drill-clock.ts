/** Time as the engine needs it: read, and waited for. Tests have one that runs as fast as it can. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../base/clock.ts';

export interface DrillClock extends Clock {
  /** Resolves after the time, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const drillClock: DrillClock = {
  nowMs: systemClock.nowMs,
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
