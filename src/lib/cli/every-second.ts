/** Runs an action now and then each second, until the signal is aborted. Never two at once. */
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 1000;

/**
 * Resolves as soon as it is aborted, even in the middle of the action; rejects with what the action throws. A slow
 * action delays the next one, without catching up.
 */
export async function everySecond(action: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  while (!signal.aborted) {
    const startedMs = performance.now();
    await Promise.race([action(), aborted]);
    const restMs = Math.max(0, INTERVAL_MS - (performance.now() - startedMs));
    await delay(restMs, undefined, { signal }).catch(() => undefined);
  }
}
