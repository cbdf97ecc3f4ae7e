/**
 * Simulates how viewers spread over nodes, by this ring and by the usual other ways, while nodes join, leave, fail and
 * come back. Pure: the same options give the same numbers on every machine.
 */
import type { Assignment } from './assignment.ts';
import { measureMoves, measureSpread } from './measure.ts';
import { makeStrategies, type Strategy, type StrategyName } from './strategies.ts';
import { makeTimeline, type Phase, type SimulationOptions } from './timeline.ts';

export interface PhaseResult {
  readonly phase: Phase['name'];
  /** Viewers on the busiest node. */
  readonly busiest: number;
  /** Busiest node over the mean of all nodes that are up. */
  readonly maxOverMean: number;
  /** Viewers on another node than in the phase before, as a share of all. */
  readonly movedShare: number;
  /** Of all viewers, those who moved between two nodes that were there before and after. */
  readonly collateralShare: number;
  /** Nodes of one region that carry the stream carried by most. */
  readonly widestStream: number;
  /** Pairs of a stream and a node that carries it: each is fed once over the network. */
  readonly feeds: number;
  /** Viewers on none of their stream's owners; null where the ring names no owner. */
  readonly offOwnerShare: number | null;
  /** Viewers not on the first owner. */
  readonly offFirstOwnerShare: number | null;
  /** Load over mean of each node that is up, the busiest first. */
  readonly loads: readonly number[];
}

export interface StrategyResult {
  readonly strategy: StrategyName;
  /** The worst of all phases. */
  readonly maxOverMean: number;
  /** The sum of all changes: above 1 when viewers move more than once. */
  readonly movedShare: number;
  readonly collateralShare: number;
  /** The widest of all phases. */
  readonly widestStream: number;
  /** In the steady phase. */
  readonly offOwnerShare: number | null;
  readonly feeds: number;
  /** Nodes to buy so that the busiest is never asked for more than `nodeViewers`, scaled from this simulation. */
  readonly nodesNeeded: number;
  readonly phases: readonly PhaseResult[];
}

export interface SimulationResult {
  readonly options: SimulationOptions;
  readonly phases: readonly { readonly name: Phase['name']; readonly title: string }[];
  /** Nodes that would do if load were spread evenly and nothing ever failed. */
  readonly nodesIdeal: number;
  readonly strategies: readonly StrategyResult[];
}

/** Runs every strategy through the timeline. Throws USAGE for options that make no cluster. */
export function simulateRing(options: SimulationOptions): SimulationResult {
  const timeline = makeTimeline(options);
  return {
    options,
    phases: timeline.map(({ name, title }) => ({ name, title })),
    nodesIdeal: Math.ceil(options.viewers / options.nodeViewers),
    strategies: makeStrategies(options).map((strategy) => runStrategy(strategy, timeline, options)),
  };
}

function runStrategy(
  strategy: Strategy,
  timeline: readonly Phase[],
  options: SimulationOptions,
): StrategyResult {
  const slots = Math.ceil((options.nodes + options.add) / options.regions) + 1;
  const phases: PhaseResult[] = [];
  let before: { phase: Phase; assignments: Assignment[] } | null = null;
  for (const phase of timeline) {
    const assignments = phase.regions.map((view, at) =>
      strategy.assign({ view, slots, previous: before?.assignments[at] ?? null }),
    );
    phases.push(measurePhase({ strategy, before, after: { phase, assignments } }, options.viewers));
    before = { phase, assignments };
  }
  return summarize(strategy.name, phases, options);
}

function summarize(
  strategy: StrategyName,
  phases: readonly PhaseResult[],
  { nodes, nodeViewers }: SimulationOptions,
): StrategyResult {
  const steady = phases[0]!;
  return {
    strategy,
    maxOverMean: Math.max(...phases.map((phase) => phase.maxOverMean)),
    movedShare: phases.reduce((sum, phase) => sum + phase.movedShare, 0),
    collateralShare: phases.reduce((sum, phase) => sum + phase.collateralShare, 0),
    widestStream: Math.max(...phases.map((phase) => phase.widestStream)),
    offOwnerShare: steady.offOwnerShare,
    feeds: steady.feeds,
    nodesNeeded: Math.ceil((nodes * Math.max(...phases.map((phase) => phase.busiest))) / nodeViewers),
    phases,
  };
}

interface Moment {
  readonly phase: Phase;
  readonly assignments: readonly Assignment[];
}

function measurePhase(
  { strategy, before, after }: { strategy: Strategy; before: Moment | null; after: Moment },
  viewers: number,
): PhaseResult {
  const { regions } = after.phase;
  const loads = regions.flatMap((view, at) =>
    view.members.map((slot) => after.assignments[at]!.loads[slot]!),
  );
  const mean = viewers / loads.length;
  const spreads = regions.map((view, at) => measureSpread(view, after.assignments[at]!));
  const moves = regions.map((view, at) =>
    before === null
      ? { moved: 0, collateral: 0 }
      : measureMoves(
          { view: before.phase.regions[at]!, assignment: before.assignments[at]! },
          { view, assignment: after.assignments[at]! },
        ),
  );
  return {
    phase: after.phase.name,
    busiest: Math.max(...loads),
    maxOverMean: Math.max(...loads) / mean,
    movedShare: moves.reduce((sum, { moved }) => sum + moved, 0) / viewers,
    collateralShare: moves.reduce((sum, { collateral }) => sum + collateral, 0) / viewers,
    widestStream: Math.max(...spreads.map(({ widest }) => widest)),
    feeds: spreads.reduce((sum, { feeds }) => sum + feeds, 0),
    offOwnerShare: strategy.owners === null ? null : 1 - onOwners(after, strategy.owners) / viewers,
    offFirstOwnerShare: strategy.owners === null ? null : 1 - onOwners(after, () => 1) / viewers,
    loads: loads.map((load) => load / mean).sort((a, b) => b - a),
  };
}

/** Viewers on one of their stream's owners. */
function onOwners({ phase, assignments }: Moment, owners: NonNullable<Strategy['owners']>): number {
  let sum = 0;
  for (const [at, view] of phase.regions.entries()) {
    if (view.members.length === 0) continue;
    for (let stream = 0; stream < view.demand.length; stream++) {
      const width = owners(view, view.demand[stream]!);
      const walk = view.walk(stream, width);
      for (let rank = 0; rank < width; rank++) sum += assignments[at]!.get(stream, walk[rank]!);
    }
  }
  return sum;
}
