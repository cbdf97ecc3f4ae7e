/** What a relay says of itself: on the terminal, as JSON lines, and in its log. Types alone. */

export interface TargetReport {
  /** `rtmp://HOST:PORT/APP`. */
  readonly url: string;
  /** `idle`: no encoder. `retrying`: it refused, hung or broke off, and is tried again. */
  readonly state: 'idle' | 'connecting' | 'connected' | 'retrying';
  /** How long the media that is sent next has waited, milliseconds. */
  readonly behindMs: number;
  /** Media tags left out because the target was too far behind, and in how many gaps. */
  readonly droppedTags: number;
  readonly gaps: number;
  /** How many times it let the relay in. */
  readonly connections: number;
  /** Why it is not connected; null when it is, or was not tried. */
  readonly fault: string | null;
}

export interface RelayReport {
  readonly encoder: {
    /** `measuring`: it has come, and its clock is being read. */
    readonly state: 'absent' | 'measuring' | 'connected';
    /** Address of the encoder; null while there is none. */
    readonly from: string | null;
    /** Unix milliseconds of RTMP timestamp 0, the same for every target; null before it is known. */
    readonly epochMs: number | null;
    /** Unix milliseconds at which it connected; null while there is none, absent in an older relay's report. */
    readonly sinceMs?: number | null;
  };
  readonly targets: readonly TargetReport[];
}
