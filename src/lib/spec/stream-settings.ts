/** Settings of one stream after defaults were applied: what a pipeline and an origin need to know. */
export interface Rendition {
  /** URL-safe, unique in the ladder, never `audio`. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly videoKbps: number;
}

export interface StreamSettings {
  /** Segment duration in seconds; 1, 2, 3, 4, 5 or 6. */
  readonly segmentSec: number;
  /** Part target in seconds; 0.2 to 2, at most half a segment. */
  readonly partSec: number;
  readonly dvrSec: number;
  /** Highest first. */
  readonly ladder: readonly Rendition[];
  readonly audioKbps: number;
  readonly encoder: 'libx264' | 'h264_nvenc' | 'h264_qsv' | 'h264_vaapi';
  /** x264 preset. */
  readonly preset: string;
  /** `copy`: the source's own video as the only rendition, no encoding. */
  readonly video: 'encode' | 'copy';
  /** A pipeline that falls behind drops its top rendition rather than latency. */
  readonly shedTopRendition: boolean;
  readonly slate: {
    /** Seconds without a frame until the slate is shown; with two parts it must stay below the hold-back of three. */
    readonly afterSec: number;
    /** Seconds of slate until the stream ends. */
    readonly maxSec: number;
    readonly text: string;
  };
  /** When a publisher in reserve is read though the active one sends; absent in files of older versions: never. */
  readonly reserve?: {
    /** Seconds of black picture; 0: not for that. */
    readonly blackSec: number;
    /** Seconds of silence; 0: not for that. */
    readonly silenceSec: number;
  };
}
