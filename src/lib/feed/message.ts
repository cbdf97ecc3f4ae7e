/**
 * The feed: the packaged media of one pipeline, pushed part by part over one HTTP request body.
 *
 * A pipeline POSTs its feed to the origin of its own node; a relaying origin GETs a feed from another origin.
 * Both carry the same messages in the same framing. Nothing here knows HTTP.
 *
 * Timeline: every `decodeTime` counts ticks of the track's timescale from MEDIA_EPOCH_SEC, so that replicas,
 * publish sessions and regions share it. A segment's MSN is floor((unixSec + 0.0005) / segmentSec) of its first
 * sample, so MSN counts from the Unix epoch.
 */

/** Unix seconds of media time 0 (2025-01-01T00:00:00Z, a multiple of every allowed segment duration). */
export const MEDIA_EPOCH_SEC = 1_735_689_600;

/** One track of a stream: a video rendition or the audio rendition. */
export interface TrackInfo {
  /** URL-safe rendition name: the ladder's name for video, `audio` for audio. */
  readonly id: string;
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  /** RFC 6381, e.g. `avc1.42c01f` or `mp4a.40.2`. */
  readonly codecs: string;
  /** Peak bits per second that the multivariant playlist declares. */
  readonly bandwidth: number;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

export type StreamState = 'starting' | 'live' | 'slate' | 'ended';

/** First message of every feed. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly stream: string;
  /** Node whose pipeline makes this feed. */
  readonly replica: string;
  readonly segmentSec: number;
  readonly partSec: number;
  readonly dvrSec: number;
}

/** The complete list of tracks; sent again when it changes (shed top rendition, source changed). */
export interface TracksMessage {
  readonly type: 'tracks';
  readonly tracks: readonly TrackInfo[];
}

/** An init segment (body: ftyp + moov). `initId` is the first 12 hex digits of the body's SHA-256. */
export interface InitMessage {
  readonly type: 'init';
  readonly track: string;
  readonly initId: string;
}

/** One part (body: one moof + mdat). Parts of a track arrive in order. */
export interface PartMessage {
  readonly type: 'part';
  readonly track: string;
  readonly msn: number;
  /** Index within the segment, from 0. */
  readonly part: number;
  readonly decodeTime: number;
  readonly durationTicks: number;
  readonly frames: number;
  /** Starts with a key frame (always true for audio). */
  readonly independent: boolean;
  /** This part is the segment's last. */
  readonly last: boolean;
  readonly initId: string;
  /** The first part after a change of init segment or a break of the timeline. */
  readonly discontinuity: boolean;
  /** True when the pipeline made it up: slate picture or filled-in silence. */
  readonly slate: boolean;
}

/** A segment that the sender still has but does not send: the receiver may fetch it by URL when asked for it. */
export interface SegmentMessage {
  readonly type: 'segment';
  readonly track: string;
  readonly msn: number;
  readonly decodeTime: number;
  readonly durationTicks: number;
  readonly initId: string;
  readonly discontinuity: boolean;
  readonly bytes: number;
  readonly slate: boolean;
}

/** How the pipeline is; sent at least once a second. */
export interface StatusMessage {
  readonly type: 'status';
  readonly state: StreamState;
  /** Unix milliseconds since the state holds. */
  readonly sinceMs: number;
  /** Why it is degraded, in words for an operator; empty when it is well. */
  readonly reasons: readonly string[];
  /** What an operator may want to know and is no fault, e.g. a rendition left out; absent means none. */
  readonly notes?: readonly string[];
  /** Names of renditions shed to keep up with real time. */
  readonly shed: readonly string[];
  /** Name of the encoder in use. */
  readonly encoder: string;
  readonly source: SourceInfo | null;
  /** Publish session: Unix milliseconds at which it was opened; null when there is none. */
  readonly sessionId: number | null;
}

export interface SourceInfo {
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  readonly hasAudio: boolean;
  readonly videoKbps: number | null;
}

export type FeedMessage =
  | HelloMessage
  | TracksMessage
  | InitMessage
  | PartMessage
  | SegmentMessage
  | StatusMessage;

/** A message and its body (empty but for init and part). */
export interface FeedFrame {
  readonly message: FeedMessage;
  readonly body: Uint8Array;
}
