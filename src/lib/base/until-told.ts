/** How long a daemon runs: until it is told to end, or has to be started anew by its supervisor. */
import { once } from 'node:events';
import { type ClockWatch, watchClock } from './clock-watch.ts';
import { StreamctlError } from './errors.ts';

/**
 * Resolves at SIGTERM or SIGINT with null, or with what the daemon is to end with: ENVIRONMENT when the machine's clock was set, as
 * it goes by the right time only from its next start on.
 */
export async function untilTold(watch: ClockWatch = watchClock()): Promise<StreamctlError | null> {
  const over = new AbortController();
  const { signal } = over;
  const told = ['SIGTERM', 'SIGINT'].map((name) => once(process, name, { signal }).then(() => null));
  try {
    return await Promise.race([...told, watch.wasSet.then(wordStep)]);
  } finally {
    watch.close();
    for (const one of told) one.catch(() => undefined);
    over.abort();
  }
}

function wordStep(aheadMs: number): StreamctlError {
  const sec = (Math.abs(aheadMs) / 1000).toFixed(1);
  const where = aheadMs > 0 ? 'back' : 'forward';
  return new StreamctlError(
    'ENVIRONMENT',
    `the machine's clock was set ${where} by ${sec} s: this process starts anew, on the new time`,
  );
}
