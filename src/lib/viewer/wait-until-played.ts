import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { HLS_CONFIG } from '../player/hls-config.ts';
import { createConnection } from './connection.ts';
import { PlaylistCache } from './playlist-cache.ts';
import { parseHttpUrl } from './run-viewers.ts';
import { SimulatedViewer } from './simulated-viewer.ts';

export interface WaitUntilPlayedOptions {
  /** Multivariant playlist, http. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface FirstPlay {
  /** From the call until the first frames could be shown. */
  readonly startupMs: number;
  readonly liveEdgeSec: number;
}

const POLL_MS = 20;

/**
 * Plays with one viewer until its first frames can be shown; the stream may start meanwhile. Throws UNHEALTHY
 * when that takes longer than `timeoutMs` (with the last failure as cause), INTERRUPTED when aborted.
 */
export async function waitUntilPlayed(options: WaitUntilPlayedOptions): Promise<FirstPlay> {
  const { url, timeoutMs, signal } = options;
  const viewer = new SimulatedViewer(
    {
      url: parseHttpUrl(url),
      choice: { rendition: 'auto', share: 0 },
      maxRate: HLS_CONFIG.maxLiveSyncPlaybackRate,
      loader: 'none',
    },
    { clock: systemClock, connect: createConnection, playlists: new PlaylistCache() },
  );
  const running = viewer.run();
  try {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const liveEdgeSec = viewer.liveEdgeSec(systemClock.nowMs());
      if (viewer.startupMs !== null && liveEdgeSec !== null)
        return { startupMs: viewer.startupMs, liveEdgeSec };
      if (signal?.aborted) throw new StreamctlError('INTERRUPTED', `waiting for ${url} to play: stopped`);
      if (performance.now() >= deadlineMs) throw tooLate(options, viewer.lastError);
      await sleep(POLL_MS);
    }
  } finally {
    viewer.stop();
    await running;
  }
}

function tooLate({ url, timeoutMs }: WaitUntilPlayedOptions, cause: unknown): StreamctlError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new StreamctlError('UNHEALTHY', `${url} did not play within ${timeoutMs / 1000} s${reason}`, {
    hint: 'See what is wrong with streamctl status.',
    cause,
  });
}
