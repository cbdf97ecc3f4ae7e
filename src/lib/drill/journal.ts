/** The events of a drill on one clock, and where they are kept. */

export type DrillEventKind =
  | 'steady'
  | 'armed'
  | 'fault'
  | 'bit'
  | 'viewers'
  | 'noticed'
  | 'feed'
  | 'node'
  | 'stream'
  | 'replica'
  | 'placed'
  | 'stopped'
  | 'healed'
  | 'recovered'
  | 'note'
  | 'verdict';

export interface DrillEvent {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly kind: DrillEventKind;
  readonly text: string;
}

/** Takes each event as it happens. */
export interface Journal {
  note(event: DrillEvent): void;
}
