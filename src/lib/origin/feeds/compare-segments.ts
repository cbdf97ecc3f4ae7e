import type { FeedDifference } from '../../health/report.ts';
import { msnOf } from '../../media/grid.ts';
import { TOLERANCE_SEC } from '../window/place-part.ts';
import type { SegmentRecord } from './segment-ledger.ts';

/** What of a segment is the same in all replicas. */
export type SegmentShape = Omit<SegmentRecord, 'track' | 'msn' | 'doneMs'>;

/** In what two segments of one number differ; empty when they can stand for one another. Pure. */
export function compareSegments(a: SegmentShape, b: SegmentShape, timescale: number): FeedDifference[] {
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= timescale * TOLERANCE_SEC;
  const differs: FeedDifference[] = [];
  if (!near(a.startTicks, b.startTicks)) differs.push('start');
  if (a.frames !== b.frames || !near(a.durationTicks, b.durationTicks)) differs.push('frames');
  else if (a.parts !== b.parts) differs.push('parts');
  if (a.initId !== b.initId) differs.push('init');
  return differs;
}

/** Whether a segment has the number that the epoch grid gives its first sample. Pure. */
export function isOnGrid(
  { msn, startTicks }: Pick<SegmentRecord, 'msn' | 'startTicks'>,
  grid: { readonly timescale: number; readonly segmentSec: number },
): boolean {
  return msnOf(startTicks, grid) === msn;
}
