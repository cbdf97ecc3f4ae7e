import { setTimeout as sleep } from 'node:timers/promises';
import { tryAgainMs } from './load-limits.ts';
import type { FetchKind } from './viewer-fetch.ts';

export interface TryAgainOptions {
  readonly kind: FetchKind;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Hears of each failure. */
  readonly onError: (error: unknown) => void;
}

/** Does something as often as hls.js would; null when it would give up. Rejects when aborted. */
export async function tryAgain<T>(options: TryAgainOptions, action: () => Promise<T>): Promise<T | null> {
  const { kind, signal, onError } = options;
  for (let retries = 0; ; retries += 1) {
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
      const delayMs = tryAgainMs(kind, retries, error);
      if (delayMs === null) return null;
      await sleep(delayMs, undefined, { signal });
    }
  }
}
