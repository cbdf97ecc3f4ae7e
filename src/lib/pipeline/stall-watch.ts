/** Tells that this process stood still: it was frozen, or its machine was. */
import type { Clock } from '../base/clock.ts';

const LOOK_MS = 250;

export interface StallWatch {
  /** Resolves with how long it stood still, milliseconds, when that was longer than the limit. */
  readonly stalled: Promise<number>;
  close(): void;
}

/** Watches from now on. */
export function watchForStall(clock: Clock, limitMs: number): StallWatch {
  const { promise: stalled, resolve } = Promise.withResolvers<number>();
  let lastMs = clock.nowMs();
  const timer = setInterval(() => {
    const nowMs = clock.nowMs();
    if (nowMs - lastMs > limitMs) resolve(nowMs - lastMs);
    lastMs = nowMs;
  }, LOOK_MS);
  timer.unref();
  return { stalled, close: () => clearInterval(timer) };
}
