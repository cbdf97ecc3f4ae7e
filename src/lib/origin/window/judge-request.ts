/**
 * Decides what a request for a playlist or a part gets: an answer, a refusal, or a wait (RFC 8216bis section
 * 6.2.5.2). Pure, so that it can be asked again after every change while a request waits.
 */
import type { DeliveryDirectives } from '../../hls/delivery-directives.ts';
import type { LiveStream } from './live-stream.ts';
import type { PartPosition, TrackWindow } from './track-window.ts';

/** A viewer who comes before the feed waits this long for it, milliseconds. */
const COLD_LIMIT_MS = 5000;
/** And this long for word whether a stream that ended has begun again. */
const END_LIMIT_MS = 2000;

export type Verdict =
  | { readonly outcome: 'serve' }
  /**
   * Wait up to `limitMs` since the request came; `status` is the answer when that is over. At `againMs` (Unix
   * milliseconds) the verdict may be another though nothing came.
   */
  | {
      readonly outcome: 'wait';
      readonly limitMs: number;
      readonly status: 200 | 404 | 503;
      readonly againMs?: number;
    }
  | { readonly outcome: 'refuse'; readonly status: 400 | 404 | 503 };

const SERVE: Verdict = { outcome: 'serve' };
const COLD: Verdict = { outcome: 'wait', limitMs: COLD_LIMIT_MS, status: 404 };
const GONE: Verdict = { outcome: 'refuse', status: 404 };

/** What an end that may be an earlier show's gets: served after all when nobody is heard of who has begun again. */
export function awaitWord({ hasBegun }: { readonly hasBegun: boolean }): Verdict {
  return { outcome: 'wait', limitMs: END_LIMIT_MS, status: hasBegun ? 503 : 200 };
}

/** Whether the tracks of a stream are known and one of them can be played from. */
export function judgeMultivariant(stream: LiveStream, nowMs: number): Verdict {
  const playable = stream.tracks.some((track) => {
    const directives = { msn: null, part: null, delta: false };
    const verdict = judgePlaylist(stream, { track: track.id, directives }, nowMs);
    return verdict.outcome === 'serve';
  });
  if (playable) return SERVE;
  return stream.lastPartMs() === null ? COLD : awaitParts(stream, nowMs, TARGET_DURATION);
}

export interface PlaylistRequest {
  readonly track: string;
  readonly directives: DeliveryDirectives;
}

export interface MediaRequest {
  readonly track: string;
  readonly msn: number;
  /** Null: the whole segment. */
  readonly part: number | null;
}

/** A request for a media playlist. */
export function judgePlaylist(
  stream: LiveStream,
  { track, directives }: PlaylistRequest,
  nowMs: number,
): Verdict {
  const window = stream.windows.get(track);
  const next = window?.next() ?? null;
  if (!stream.tracks.some(({ id }) => id === track)) return stream.tracks.length > 0 ? GONE : COLD;
  if (window === undefined || next === null || stream.hello === null) return COLD;
  if (stream.ended) return SERVE;
  if (window.durationSec() < 3 * stream.hello.partSec - 0.1) return COLD;
  const limits = directives.msn === null ? TARGET_DURATION : THREE_TARGET_DURATIONS;
  if (!stream.fresh(track, nowMs)) return awaitParts(stream, nowMs, { ...limits, track });
  if (directives.msn === null) return SERVE;
  if (tooFarAhead(next, directives, stream.hello.partSec)) return { outcome: 'refuse', status: 400 };
  if (holds(window, directives.msn, directives.part)) return SERVE;
  return awaitParts(stream, nowMs, { ...THREE_TARGET_DURATIONS, track });
}

/** A request for a part or a whole segment: future ones near the live edge block. */
export function judgeMedia(stream: LiveStream, { track, msn, part }: MediaRequest, nowMs: number): Verdict {
  const window = stream.windows.get(track);
  const next = window?.next() ?? null;
  if (window === undefined || next === null || stream.hello === null) {
    return stream.tracks.length > 0 && window === undefined ? GONE : COLD;
  }
  const segment = window.find(msn);
  if (segment !== undefined && !segment.gap) {
    if (part === null ? segment.complete : part < segment.parts.length) return SERVE;
    if (segment.complete) return GONE;
  }
  if (stream.ended || msn < next.msn) return GONE;
  if (msn > next.msn + 1 || tooFarAhead(next, { msn, part }, stream.hello.partSec)) return GONE;
  return awaitParts(stream, nowMs, { ...THREE_TARGET_DURATIONS, status: 404, track });
}

interface Limits {
  readonly targetDurations: number;
  readonly status: 404 | 503;
  /** Any track, when not given. */
  readonly track?: string;
}

const TARGET_DURATION: Limits = { targetDurations: 1, status: 503 };
const THREE_TARGET_DURATIONS: Limits = { targetDurations: 3, status: 503 };

/** Parts are worth waiting for while a feed says that it lives: whoever asks a dead stream should ask elsewhere. */
function awaitParts(stream: LiveStream, nowMs: number, { targetDurations, status, track }: Limits): Verdict {
  const deadMs = stream.deadMs(track);
  if (nowMs >= deadMs) return { outcome: 'refuse', status: 503 };
  return {
    outcome: 'wait',
    limitMs: 1000 * targetDurations * stream.targetDurationSec,
    status,
    againMs: deadMs,
  };
}

function holds(window: TrackWindow, msn: number, part: number | null): boolean {
  const next = window.next()!;
  if (part === null || msn > next.msn) return msn < next.msn;
  if (msn === next.msn) return part < next.part;
  const parts = window.find(msn)?.parts.length ?? 0;
  // A part past a segment's last stands for the first part of the next segment.
  return parts === 0 || part < parts || msn + 1 < next.msn || next.part > 0;
}

/** Over two segments, or over the advance part limit, ahead of what is listed. */
function tooFarAhead(
  next: PartPosition,
  asked: { readonly msn: number | null; readonly part: number | null },
  partSec: number,
): boolean {
  const ahead = (asked.msn ?? 0) - next.msn;
  if (ahead < 0) return false;
  const advance = partSec < 1 ? Math.ceil(3 / partSec) : 3;
  return ahead > 2 || (asked.part ?? 0) > advance + (ahead === 0 ? next.part : 0);
}
