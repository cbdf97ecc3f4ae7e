import { HEDGE_SETTINGS } from '../hedge/hedge-settings.ts';
import { hedgedTimes } from './hedged-times.ts';
import type { HlsSettings, LoadPolicy, RetryPolicy } from './hls-config.ts';

/** What the stream's playlists declare. */
export interface StreamTimes {
  readonly partSec: number;
  readonly targetDurationSec: number;
}

/** How long hls.js stays with an edge that fails in one way. */
export interface FailureTime {
  readonly failure: string;
  /** Longest time from the failing request until hls.js turns to another rendition or pathway. */
  readonly worstMs: number;
  /** With the hedged loader: longest time until another region is asked too. */
  readonly hedgedMs: number;
  /** The arithmetic, with the settings that it is made of. */
  readonly explanation: string;
}

/**
 * Computes, for each kind of failure, how long hls.js needs to turn away from the edge (hls.js 1.7, error-helper.ts), and
 * how long the hedged loader before it asks elsewhere.
 */
export function failureTimes(settings: HlsSettings, times: StreamTimes): FailureTime[] {
  const { playlistLoadPolicy, fragLoadPolicy, liveMaxUnchangedPlaylistRefresh: unchanged } = settings;
  const blockingMs = Math.min(
    Math.round(Math.max(times.partSec * 3, times.targetDurationSec * 0.8) * 1000),
    playlistLoadPolicy.default.maxTimeToFirstByteMs,
  );
  const reloadMs = (times.targetDurationSec * 1000) / 2;
  const hedged = hedgedTimes(HEDGE_SETTINGS, times);
  return [
    {
      failure: 'connection refused, or status 4xx',
      worstMs: 0,
      hedgedMs: hedged.atOnceMs,
      explanation: 'hls.js does not repeat such a request: it turns away at once.',
    },
    {
      failure: 'status 5xx for a playlist',
      worstMs: waitsMs(playlistLoadPolicy),
      hedgedMs: hedged.atOnceMs,
      explanation: explainErrors('playlistLoadPolicy', playlistLoadPolicy),
    },
    {
      failure: 'status 5xx for a part or segment',
      worstMs: waitsMs(fragLoadPolicy),
      hedgedMs: hedged.atOnceMs,
      explanation: explainErrors('fragLoadPolicy', fragLoadPolicy),
    },
    {
      failure: 'no answer to a blocking reload',
      worstMs: silenceMs(blockingMs, playlistLoadPolicy),
      hedgedMs: hedged.blockingMs,
      explanation:
        `${tries(playlistLoadPolicy)} × ${blockingMs} ms, the least of playlistLoadPolicy's time to first byte and ` +
        'max(3 × part target, 0.8 × target duration).',
    },
    {
      failure: 'no answer for a part or segment',
      worstMs: silenceMs(fragLoadPolicy.default.maxTimeToFirstByteMs, fragLoadPolicy),
      hedgedMs: hedged.silenceMs,
      explanation: `${tries(fragLoadPolicy)} × ${fragLoadPolicy.default.maxTimeToFirstByteMs} ms to the first byte.`,
    },
    {
      failure: 'a part or segment that begins and then hangs',
      worstMs: silenceMs(fragLoadPolicy.default.maxLoadTimeMs, fragLoadPolicy),
      hedgedMs: hedged.hangMs,
      explanation: `${tries(fragLoadPolicy)} × ${fragLoadPolicy.default.maxLoadTimeMs} ms for the whole file.`,
    },
    {
      failure: 'the same old playlist again and again',
      worstMs: blockingMs + (unchanged - 1) * reloadMs,
      hedgedMs: hedged.atOnceMs,
      explanation:
        `one blocking reload of up to ${blockingMs} ms, then ${unchanged - 1} more unchanged ones, half a target ` +
        `duration (${reloadMs} ms) apart, make liveMaxUnchangedPlaylistRefresh = ${unchanged}.`,
    },
  ];
}

function tries({ default: { timeoutRetry } }: LoadPolicy): number {
  return (timeoutRetry?.maxNumRetry ?? 0) + 1;
}

function silenceMs(timeoutMs: number, policy: LoadPolicy): number {
  return (
    timeoutMs * tries(policy) + delays(policy.default.timeoutRetry).reduce((sum, delay) => sum + delay, 0)
  );
}

/** Waits between tries of a request that fails at once. */
function waitsMs({ default: { errorRetry } }: LoadPolicy): number {
  return delays(errorRetry).reduce((sum, delay) => sum + delay, 0);
}

function delays(policy: RetryPolicy | null): number[] {
  if (policy === null) return [];
  const { maxNumRetry, retryDelayMs, maxRetryDelayMs, backoff } = policy;
  return Array.from({ length: maxNumRetry }, (_, retry) =>
    Math.min(retryDelayMs * (backoff === 'linear' ? 1 : 2 ** retry), maxRetryDelayMs),
  );
}

function explainErrors(name: string, policy: LoadPolicy): string {
  const waits = delays(policy.default.errorRetry);
  return `${name} tries ${waits.length === 1 ? 'once more' : `${waits.length} more times`}, after ${waits.join(' and ')} ms.`;
}
