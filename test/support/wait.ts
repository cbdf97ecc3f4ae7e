/** Waiting for conditions in tests, with a limit and words for the failure. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function waitFor(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs = 8_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await sleep(10);
  }
}
