import { setTimeout as sleep } from 'node:timers/promises';
import { tryAgainMs } from './load-limits.ts';
import type { FetchKind } from './viewer-fetch.ts';

/**
 * Tries again as the load policy says; or whatever the failure is, when there is nothing else to go to; or never, when going
 * elsewhere is quicker.
 */
export type Patience = 'policy' | 'insist' | 'none';

export interface TryAgainOptions {
  readonly kind: FetchKind;
  readonly patience?: Patience;
  /** Ends the waiting between tries. */
  readonly signal: AbortSignal;
  /** Hears of each failure. */
  readonly onError: (error: unknown) => void;
}

/** Does something as often as hls.js would; null when it would give up. Rejects when aborted. */
export async function tryAgain<T>(options: TryAgainOptions, action: () => Promise<T>): Promise<T | null> {
  const { kind, patience = 'policy', signal, onError } = options;
  for (let retries = 0; ; retries += 1) {
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
      const insists = patience === 'insist';
      const delayMs = patience === 'none' ? null : tryAgainMs(kind, { retries, insists }, error);
      if (delayMs === null) return null;
      await sleep(delayMs, undefined, { signal });
    }
  }
}
