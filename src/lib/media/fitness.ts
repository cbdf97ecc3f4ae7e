/** What a look at a publisher's picture and sound said. Pure. */

/**
 * `unknown`: nobody has looked lately; `fit`: at the last look there was a picture, and sound where it is listened for;
 * `doubtful`: there was not, for a short time; `black`, `silent`: for as long as the settings allow.
 */
export type FitnessState = 'unknown' | 'fit' | 'doubtful' | 'black' | 'silent';

export interface Fitness {
  readonly state: FitnessState;
  /** Unix milliseconds since which it is black or silent; null for `unknown` and `fit`. */
  readonly sinceMs: number | null;
}

export const UNKNOWN_FITNESS: Fitness = { state: 'unknown', sinceMs: null };

/** Whether it is of no use to viewers while another publisher is fit. */
export function isUnfit({ state }: Fitness): boolean {
  return state === 'black' || state === 'silent';
}
