/** One coded frame: a picture, or 1024 samples of audio. */
export interface Sample {
  /** Ticks of the track's timescale from the media epoch. */
  readonly decodeTime: number;
  readonly duration: number;
  /** Presentation minus decode time, ticks, signed; 0 without B-frames. */
  readonly compositionOffset: number;
  readonly key: boolean;
  /** False for a key frame with which no segment may begin. */
  readonly opensSegment?: boolean;
  readonly data: Uint8Array;
}
