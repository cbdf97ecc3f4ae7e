/** One viewer at one moment, and a crowd of them. Types alone: what watches is another file's business. */

export interface ViewerSight {
  readonly id: number;
  /** Its own region, whose edges it asks first. */
  readonly region: string;
  /** The region that it plays from; null while that is not known. */
  readonly playsFrom: string | null;
  /** Unix milliseconds of its first request. */
  readonly joinedMs: number;
  /** Null before its first frame. */
  readonly startupMs: number | null;
  readonly state: 'starting' | 'playing' | 'stalled' | 'finished';
  /** Media in its buffer, milliseconds. */
  readonly aheadMs: number;
  /** Null before its first frame. */
  readonly liveEdgeSec: number | null;
  /** Since its first frame. */
  readonly deadAirMs: number;
  readonly errors: number;
  readonly requests: number;
  readonly missingFrames: number;
  readonly repeatedFrames: number;
}

/** Viewers that begin to watch within a time. */
export interface Joining {
  readonly region: string;
  readonly count: number;
  readonly withinMs: number;
  /** Nodes that no name service would send anybody to now. */
  readonly avoid: readonly string[];
}

/** Viewers that watch throughout a drill. */
export interface ViewerFleet {
  join(joining: Joining): void;
  /** Every viewer that has begun, as it is now. */
  sight(): readonly ViewerSight[];
  close(): Promise<void>;
}
