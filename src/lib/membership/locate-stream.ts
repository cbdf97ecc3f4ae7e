/** Where a stream belongs by the ring, where it is, and why the two differ. Pure. */
import { StreamctlError } from '../base/errors.ts';
import { ownValue } from '../base/own-value.ts';
import { regionRings } from '../placement/region-rings.ts';
import { loadLimit } from '../ring/bounded-load.ts';
import { crc32Key } from '../ring/crc32.ts';
import type {
  PlacementRecord,
  PlacementRefusal,
  PlannedMove,
  RingNode,
  RingRecord,
} from '../store/ring-records.ts';

/** What is true now, as far as placing goes. */
export interface RingFacts {
  readonly ring: RingRecord;
  readonly placements: ReadonlyMap<string, PlacementRecord>;
  /** Node → encoder cost that it carries. */
  readonly loads: ReadonlyMap<string, number>;
  readonly planned: readonly PlannedMove[];
  readonly refusals: readonly PlacementRefusal[];
}

/** Why a stream is not where the ring alone would put it; `owner`: it is there. */
export type LocationReason =
  | 'owner'
  | 'not-placed'
  | 'refused'
  | 'elsewhere'
  | 'moving'
  | 'pinned'
  | 'draining'
  | 'same-host'
  | 'full'
  | 'was-full';

export interface StreamLocation {
  readonly key: string;
  readonly region: string;
  /** Share of the circle before its place, 0 to below 1. */
  readonly position: number;
  readonly owner: string | null;
  /** The other nodes of the region in the order of the walk. */
  readonly successors: readonly string[];
  /** Nodes of the region that run it, as replicas or joining. */
  readonly placed: readonly string[];
  readonly reason: LocationReason;
  /** In words; null when it is with its owner. */
  readonly why: string | null;
}

/** Locates streams in every region of the ring, or in one. Throws NOT_FOUND for one that the ring does not have. */
export function locateStreams(facts: RingFacts, keys: readonly string[], region?: string): StreamLocation[] {
  if (region !== undefined && !regionRings(facts.ring).has(region)) {
    throw new StreamctlError('NOT_FOUND', `the ring has no region "${region}"`);
  }
  return keys.flatMap((key) =>
    locateStream(facts, key).filter((one) => one.region === (region ?? one.region)),
  );
}

/** Locates a stream in every region of the ring, by name of the region. */
export function locateStream(facts: RingFacts, key: string): StreamLocation[] {
  const hash = crc32Key(key);
  const placement = facts.placements.get(key) ?? null;
  return [...regionRings(facts.ring)].map(([region, circle]) => {
    const walk = circle.walkIndexes(hash).map((index) => circle.members[index]!.name);
    const [owner = null, ...successors] = walk;
    const nodes =
      placement === null ? [] : [...new Set([...placement.replicas, placement.move?.to ?? []].flat())];
    const placed = nodes.filter((node) => walk.includes(node));
    const position = hash / 2 ** 32;
    return {
      key,
      region,
      position,
      owner,
      successors,
      placed,
      ...explain(facts, { placement, walk, placed, key }),
    };
  });
}

interface Case {
  readonly key: string;
  readonly placement: PlacementRecord | null;
  readonly walk: readonly string[];
  readonly placed: readonly string[];
}

type Verdict = Pick<StreamLocation, 'reason' | 'why'>;

function explain(facts: RingFacts, one: Case): Verdict {
  const { placement, placed, key } = one;
  if (placement === null) {
    const refusal = facts.refusals.find(({ stream }) => stream === key);
    if (refusal !== undefined) return { reason: 'refused', why: refusal.lack };
    return { reason: 'not-placed', why: 'nobody publishes it' };
  }
  if (placed.length === 0) return explainAbsence(facts, placement);
  return explainMove(facts, one) ?? explainPin(facts, one) ?? explainPlace(facts, one);
}

function explainAbsence(facts: RingFacts, { stream, replicas }: PlacementRecord): Verdict {
  const refusal = facts.refusals.find((one) => one.stream === stream);
  if (refusal !== undefined) return { reason: 'refused', why: refusal.lack };
  return { reason: 'elsewhere', why: `its ${replicas.length} replicas are on ${replicas.join(', ')}` };
}

function explainMove(facts: RingFacts, { placement, placed, key }: Case): Verdict | null {
  const running = placement!.move;
  if (running !== null && (placed.includes(running.from) || placed.includes(running.to))) {
    return { reason: 'moving', why: `moving from ${running.from} to ${running.to}` };
  }
  const planned = facts.planned.find(({ stream, from }) => stream === key && placed.includes(from));
  if (planned === undefined) return null;
  return { reason: 'moving', why: `will move from ${planned.from} to ${planned.to}` };
}

function explainPin({ ring }: RingFacts, { placed, key }: Case): Verdict | null {
  const pin = placed.find((node) => ownValue(ring.pins, key)?.includes(node));
  return pin === undefined ? null : { reason: 'pinned', why: `pinned to ${pin}` };
}

/** Compares with the first nodes of the walk, one a host, as many as there are replicas in the region. */
function explainPlace(facts: RingFacts, { placement, walk, placed }: Case): Verdict {
  const known = new Map(facts.ring.nodes.map((node) => [node.name, node]));
  const nodes = walk.map((name) => known.get(name)!);
  const draining = placed.find((name) => known.get(name)?.state === 'draining');
  if (draining !== undefined) return { reason: 'draining', why: `${draining} drains, so it moves away` };
  const last = Math.max(...placed.map((name) => walk.indexOf(name)));
  const passed = nodes.slice(0, last).filter(({ name }) => !placed.includes(name));
  for (const node of passed) {
    const reason = wordPassed(facts, node, { placement: placement!, placed, known });
    if (reason !== null) return reason;
  }
  return { reason: 'owner', why: null };
}

interface PassedBy {
  readonly placement: PlacementRecord;
  readonly placed: readonly string[];
  readonly known: ReadonlyMap<string, RingNode>;
}

/** Why a node that comes earlier in the walk does not have the stream. */
function wordPassed(facts: RingFacts, node: RingNode, { placement, known }: PassedBy): Verdict | null {
  const { name, host, region, weight } = node;
  if (node.state === 'draining') return { reason: 'draining', why: `${name} drains` };
  const neighbours = placement.replicas.filter((replica) => known.get(replica)?.host === host);
  if (neighbours.length > 0) {
    return { reason: 'same-host', why: `${name} is on the machine of ${neighbours[0]}, which runs it too` };
  }
  const load = facts.loads.get(name) ?? 0;
  const { total, totalWeight } = regionTotals(facts, region);
  const { cost } = placement;
  const limit = loadLimit({ cost: 0, total, totalWeight, balance: facts.ring.balance }, weight);
  const full = load >= limit || (node.capacity !== null && load + cost > node.capacity);
  if (full) return { reason: 'full', why: `${name} is full` };
  return { reason: 'was-full', why: `${name} was full then and has room now` };
}

/** What the nodes of a region that take streams carry together, and their weight. */
export function regionTotals(
  { ring, loads }: Pick<RingFacts, 'ring' | 'loads'>,
  region: string,
): { readonly total: number; readonly totalWeight: number } {
  const nodes = ring.nodes.filter((node) => node.region === region);
  const active = nodes.filter(({ state }) => state === 'active');
  return {
    total: nodes.reduce((sum, { name }) => sum + (loads.get(name) ?? 0), 0),
    totalWeight: active.reduce((sum, { weight }) => sum + weight, 0),
  };
}
