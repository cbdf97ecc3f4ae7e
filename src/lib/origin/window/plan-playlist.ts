import type { TrackInfo } from '../../feed/message.ts';
import type { MediaPlaylist, PlaylistSegment, RenditionReport } from '../../hls/media-playlist.ts';
import type { MultivariantPlaylist } from '../../hls/multivariant-playlist.ts';
import type { LiveStream } from './live-stream.ts';
import type { TrackWindow, WindowSegment } from './track-window.ts';

/** EXT-X-SKIP needs version 9 (RFC 8216bis section 8). */
const VERSION = 9;
/** Parts are listed for this many target durations before the end (RFC 8216bis section 6.2.2). */
const PARTS_TARGET_DURATIONS = 3;

/** The media playlist of one track of a stream that has said hello and has parts. */
export function planMediaPlaylist(stream: LiveStream, track: string): MediaPlaylist {
  const window = stream.windows.get(track)!;
  const partSec = stream.hello!.partSec;
  const target = stream.targetDurationSec;
  const next = window.next()!;
  return {
    version: VERSION,
    targetDurationSec: target,
    independentSegments: true,
    serverControl: {
      canBlockReload: true,
      partHoldBackSec: 3 * partSec,
      holdBackSec: 3 * target,
      canSkipUntilSec: 6 * target,
    },
    partTargetSec: partSec,
    mediaSequence: window.segments[0]!.msn,
    discontinuitySequence: window.discontinuitySequence,
    skippedSegments: 0,
    segments: planSegments(window, PARTS_TARGET_DURATIONS * target),
    preloadHintUri: stream.ended ? null : `${next.msn}.${next.part}.m4s`,
    renditionReports: stream.ended ? [] : planReports(stream, track),
    ended: stream.ended,
  };
}

function planSegments(window: TrackWindow, partsSec: number): PlaylistSegment[] {
  const endSec = window.endSec()!;
  return window.segments.map((segment) => {
    const segmentEndSec = window.unixSec(segment.decodeTime + segment.durationTicks);
    return {
      msn: segment.msn,
      uri: segment.complete ? `${segment.msn}.m4s` : null,
      durationSec: segment.durationTicks / window.timescale,
      programDateTimeMs: Math.round(window.unixSec(segment.decodeTime) * 1000),
      gap: segment.gap,
      discontinuity: segment.discontinuity,
      mapUri: `init-${segment.initId}.mp4`,
      parts: endSec - segmentEndSec < partsSec ? planParts(window, segment) : [],
    };
  });
}

function planParts(window: TrackWindow, segment: WindowSegment): PlaylistSegment['parts'] {
  return segment.parts.map((part, index) => ({
    uri: `${segment.msn}.${index}.m4s`,
    durationSec: part.durationTicks / window.timescale,
    independent: part.independent,
  }));
}

function planReports(stream: LiveStream, except: string): RenditionReport[] {
  const reports: RenditionReport[] = [];
  for (const { id } of stream.tracks) {
    const segments = id === except ? [] : (stream.windows.get(id)?.segments ?? []);
    const last = segments.at(-1);
    if (last === undefined) continue;
    const lastPart = last.parts.length > 0 ? last.parts.length - 1 : null;
    reports.push({ uri: `../${id}/index.m3u8`, lastMsn: last.msn, lastPart });
  }
  return reports;
}

/** The multivariant playlist: a variant for each video track, audio in a group of its own. */
export function planMultivariantPlaylist(tracks: readonly TrackInfo[]): MultivariantPlaylist {
  const videos = tracks.filter((track) => track.kind === 'video');
  const audio = tracks.find((track) => track.kind === 'audio');
  const alone = videos.length === 0;
  return {
    version: VERSION,
    independentSegments: true,
    audio:
      audio === undefined || alone
        ? []
        : [{ groupId: 'audio', name: 'Main', uri: `${audio.id}/index.m3u8`, isDefault: true }],
    variants: (alone ? tracks : videos).map((track) => ({
      uri: `${track.id}/index.m3u8`,
      bandwidth: track.bandwidth + (alone ? 0 : (audio?.bandwidth ?? 0)),
      codecs: audio === undefined || alone ? track.codecs : `${track.codecs},${audio.codecs}`,
      width: track.width ?? null,
      height: track.height ?? null,
      frameRate: track.frameRate ?? null,
      audioGroup: audio === undefined || alone ? null : 'audio',
    })),
  };
}
