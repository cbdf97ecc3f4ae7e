/**
 * Playlists as text, both ways: this folder turns data into RFC 8216bis text and back, and decides which
 * segments a delta update leaves out. It knows no HTTP, no clock and no files.
 *
 * A media playlist is the list of one rendition's segments and, near the live edge, of their parts. Invariants:
 * segments are in order with consecutive media sequence numbers (MSN); only the last segment may be unfinished
 * (`uri` null, it has parts only).
 */

/** EXT-X-SERVER-CONTROL (RFC 8216bis section 4.4.3.8). Durations are in seconds; null when not declared. */
export interface ServerControl {
  readonly canBlockReload: boolean;
  readonly partHoldBackSec: number | null;
  readonly holdBackSec: number | null;
  readonly canSkipUntilSec: number | null;
}

/** EXT-X-PART. */
export interface PlaylistPart {
  readonly uri: string;
  readonly durationSec: number;
  readonly independent: boolean;
}

export interface PlaylistSegment {
  readonly msn: number;
  /** Null while the segment is unfinished: only its parts exist. */
  readonly uri: string | null;
  /** Seconds; of an unfinished segment the sum of its parts. */
  readonly durationSec: number;
  /** Unix milliseconds of EXT-X-PROGRAM-DATE-TIME; null when the segment has no such tag. */
  readonly programDateTimeMs: number | null;
  /** EXT-X-GAP: the segment's media is missing and must not be asked for. */
  readonly gap?: boolean;
  /** EXT-X-DISCONTINUITY stands before this segment. */
  readonly discontinuity: boolean;
  /** URI of the EXT-X-MAP in force; null when there is none. */
  readonly mapUri: string | null;
  /** Parts in order; empty for segments far from the live edge. */
  readonly parts: readonly PlaylistPart[];
}

/** EXT-X-RENDITION-REPORT: how far another rendition is. */
export interface RenditionReport {
  readonly uri: string;
  readonly lastMsn: number | null;
  readonly lastPart: number | null;
}

export interface MediaPlaylist {
  readonly version: number;
  readonly targetDurationSec: number;
  readonly independentSegments: boolean;
  readonly serverControl: ServerControl | null;
  /** PART-TARGET of EXT-X-PART-INF; null when there are no parts. */
  readonly partTargetSec: number | null;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** SKIPPED-SEGMENTS of EXT-X-SKIP: the first `segments` entry has MSN mediaSequence + skippedSegments. */
  readonly skippedSegments: number;
  readonly segments: readonly PlaylistSegment[];
  /** URI of the EXT-X-PRELOAD-HINT of type PART. */
  readonly preloadHintUri: string | null;
  readonly renditionReports: readonly RenditionReport[];
  /** EXT-X-ENDLIST stands in the playlist: nothing will be added. */
  readonly ended: boolean;
}
