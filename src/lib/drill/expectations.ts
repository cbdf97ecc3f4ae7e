/** What must be seen in a drill, and what should be: the figures of the project, by the harm that a drill does. Pure. */
import type { StreamSettings } from '../spec/stream-settings.ts';
import type { DrillKind } from './drill-kinds.ts';
import type { Bound, Expectations } from './drill-plan.ts';

const NONE: Bound = { must: 0, aim: 0 };
/** Figures that say "less than". */
const below = (must: number, aim: number): Bound => ({ must: must - 1, aim: aim - 1 });

/**
 * The expectations of a drill on a stream with these settings. One that takes the only ingest of the stream may show the
 * slate, and for as long as the encoder stays away; that viewers go on seeing something is expected all the same.
 */
export function expectOf(
  { harm, name }: DrillKind,
  { partSec, segmentSec, slate }: StreamSettings,
  takesPublisher = false,
): Expectations {
  const publisher = harm === 'publisher';
  const partMs = partSec * 1000;
  return {
    deadAirP99Ms: harm === 'lose-region' ? below(1_000, 1) : NONE,
    liveEdgeRiseSec: name === 'drop-publisher' ? null : { must: 0.5, aim: 0.1 },
    startupP95Ms: below(2_000, 1_000),
    detectMs: below(2_000, 1_000),
    switchMs: { must: Math.floor(1.5 * partMs), aim: Math.floor(partMs) },
    replaceMs: below(10_000, 5_000),
    slateMs: publisher ? { must: (slate.afterSec + segmentSec) * 1000, aim: segmentSec * 1000 } : null,
    returnMs: publisher && name !== 'drop-publisher' ? below(2_000, 1_000) : null,
    slateForMs: publisher || takesPublisher ? null : NONE,
    handoverMs: name === 'lose-store' || name === 'split-controller' ? below(10_000, 5_000) : null,
  };
}
