import type { HedgeTally } from '../hedge/hedge-event.ts';
import type { HedgeReport } from './viewer-report.ts';

/** What is read of a viewer. */
export interface HedgingViewer {
  readonly hedges: HedgeTally | null;
  readonly playsFrom: { readonly region: string } | null;
}

/** Sums the hedges of viewers; null when none has the hedged loader. */
export function sumHedges(viewers: readonly HedgingViewer[]): HedgeReport | null {
  const tallies = viewers.flatMap(({ hedges }) => hedges ?? []);
  if (tallies.length === 0) return null;
  const playsFrom: Record<string, number> = {};
  for (const { playsFrom: from } of viewers) {
    if (from !== null && from.region !== '') playsFrom[from.region] = (playsFrom[from.region] ?? 0) + 1;
  }
  const sum = (of: (tally: HedgeTally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    error: sum(({ hedges }) => hedges.error),
    late: sum(({ hedges }) => hedges.late),
    stale: sum(({ hedges }) => hedges.stale),
    heldBack: sum(({ heldBack }) => heldBack),
    switches: sum(({ switches }) => switches),
    returns: sum(({ returns }) => returns),
    playsFrom,
  };
}
