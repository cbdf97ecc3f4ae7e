import type { LoaderConfig } from 'hls.js';

/**
 * Milliseconds until a load policy wants a failed request made again; null when it does not. As hls.js's own loaders
 * decide (error-helper.ts of hls.js 1.7): never after a 4xx or a refused connection, unless it insists because there is
 * nothing else to ask for.
 */
export function retryDelayMs(
  { errorRetry, timeoutRetry }: LoaderConfig,
  retries: number,
  failure: { readonly isTimeout: boolean; readonly status: number; readonly insists?: boolean },
): number | null {
  const { isTimeout, status, insists = false } = failure;
  const policy = isTimeout ? timeoutRetry : errorRetry;
  if (!policy) return null;
  const isWorthIt = insists || isTimeout || (status !== 0 && (status < 400 || status > 499));
  const wanted = isWorthIt && retries < policy.maxNumRetry;
  const decided =
    policy.shouldRetry?.(policy, retries, isTimeout, { url: '', code: status }, wanted) ?? wanted;
  if (!decided) return null;
  const factor = policy.backoff === 'linear' ? 1 : 2 ** retries;
  return Math.min(factor * policy.retryDelayMs, policy.maxRetryDelayMs);
}
