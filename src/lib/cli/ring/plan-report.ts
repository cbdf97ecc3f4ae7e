/** A plan of moves as commands show and print it. */
import { StreamctlError } from '../../base/errors.ts';
import type { ChangePlan } from '../../membership/plan-moves-of-change.ts';
import { wordRefusal } from '../../placement/word-refusal.ts';
import { Ring } from '../../ring/ring.ts';
import type { PlacementRecord, RingNode, RingRecord } from '../../store/ring-records.ts';

export interface PlanReport {
  readonly cluster: string;
  /** In words of the command; null for what is still to move. */
  readonly what: string | null;
  /** Of the ring as it is. */
  readonly epoch: number;
  readonly moves: readonly PlannedMoveReport[];
  /** Moves that are under way already. */
  readonly running: readonly PlannedMoveReport[];
  readonly refusals: readonly { readonly stream: string; readonly lack: string; readonly cure: string }[];
  readonly maxOverMean: { readonly before: number; readonly after: number };
  readonly loads: readonly {
    readonly node: string;
    readonly region: string;
    readonly before: number;
    readonly after: number;
  }[];
  /** Streams that are placed. */
  readonly streams: number;
  /** Of a node that joins: its share of its region's circle, and what that is of the region's streams. */
  readonly ideal: { readonly node: string; readonly share: number; readonly streams: number } | null;
}

export interface PlannedMoveReport {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

export interface PlanFacts {
  readonly cluster: string;
  readonly what: string | null;
  readonly ring: RingRecord;
  readonly placements: Iterable<PlacementRecord>;
  /** Node that joins. */
  readonly joining?: RingNode | undefined;
}

/** Makes the report of a plan. */
export function reportPlan(plan: ChangePlan, facts: PlanFacts): PlanReport {
  const { cluster, what, ring, joining } = facts;
  const placements = [...facts.placements];
  return {
    cluster,
    what,
    epoch: ring.epoch,
    moves: plan.moves.map(({ stream, from, to, why }) => ({ stream, from, to, why })),
    running: listRunning(placements),
    refusals: plan.refusals.map(({ stream, refusal }) => ({ stream, ...wordRefusal(refusal) })),
    maxOverMean: plan.maxOverMean,
    loads: plan.loads,
    streams: placements.length,
    ideal: joining === undefined ? null : idealOf(joining, ring, placements),
  };
}

/** Moves under way. */
export function listRunning(placements: readonly PlacementRecord[]): PlannedMoveReport[] {
  return placements.flatMap(({ stream, move }) =>
    move === null ? [] : [{ stream, from: move.from, to: move.to, why: move.why }],
  );
}

function idealOf(
  node: RingNode,
  { nodes }: RingRecord,
  placements: readonly PlacementRecord[],
): NonNullable<PlanReport['ideal']> {
  const mates = nodes.filter(({ region, name }) => region === node.region && name !== node.name);
  const share = new Ring([...mates, node]).shares().at(-1) ?? 0;
  const names = new Set(mates.map(({ name }) => name));
  const here = placements.flatMap(({ replicas }) => replicas.filter((replica) => names.has(replica))).length;
  return { node: node.name, share, streams: share * here };
}

/** Throws CONFLICT, with what would cure it, when some replica would have nowhere to go. */
export function refuseLoss({ what, refusals }: PlanReport): void {
  const [first] = refusals;
  if (first === undefined) return;
  const more = refusals.length === 1 ? '' : `, and ${refusals.length - 1} more`;
  throw new StreamctlError(
    'CONFLICT',
    `${what ?? 'the plan'}: ${first.stream} would have nowhere to go: ${first.lack}${more}`,
    {
      hint: first.cure,
      details: { refusals },
    },
  );
}
