import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves as soon as the condition holds; looks every 10 ms and fails after the limit with what it waited for. The limit
 * says when to give up, not how long it may take: a test that is about a time asserts what it measured.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await sleep(10);
  }
}
