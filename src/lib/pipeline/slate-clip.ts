import type { InitSegment } from '../media/init-segment.ts';
import type { Sample } from '../media/sample.ts';

/** A picture to be repeated: an init segment, and coded frames of which the first is a key frame. */
export interface SlateClip {
  readonly init: InitSegment;
  readonly samples: readonly Sample[];
}
