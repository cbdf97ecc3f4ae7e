/** Asking the store for a stream's replicas. */
import { parsePlacement } from './parse-ring-records.ts';
import { parseRecord } from './records.ts';
import type { PlacementRecord, PlacementRefusal } from './ring-records.ts';
import { runRingScript } from './run-ring-script.ts';
import { PLACE_STREAM } from './scripts/place-stream.ts';
import type { Store } from './store.ts';

export interface PlaceCandidate {
  readonly name: string;
  readonly host: string;
  readonly weight: number;
  /** The most it can carry, in the unit of costs; null when nobody said. */
  readonly capacity: number | null;
}

export interface PlaceRegion {
  readonly name: string;
  /** Of the candidates: the load that is shared out is theirs. */
  readonly totalWeight: number;
  /** All ring nodes of the region, also those that take nothing new. */
  readonly nodes: readonly string[];
  /** In the order of the walk. Replicas on other nodes stay, unless those are gone. */
  readonly candidates: readonly PlaceCandidate[];
}

/** What a caller computed from its ring (placement/wish.ts). */
export interface PlaceWish {
  readonly stream: string;
  /** Whole thousandths of a rendition of 720p30. */
  readonly cost: number;
  /** Of the publisher. */
  readonly region: string;
  readonly epoch: number;
  readonly balance: number;
  /** How many are wanted. */
  readonly replicas: number;
  /** In order of preference; one replica a region, unless only one has candidates. */
  readonly regions: readonly PlaceRegion[];
  /** Host of every ring node. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Nodes whose replicas are lost, or must be replaced now. */
  readonly gone: readonly string[];
  /** Null for an agent at admission; the controller's is refused when another superseded it. */
  readonly token: number | null;
}

export type PlaceOutcome =
  | {
      readonly kind: 'placed';
      readonly placement: PlacementRecord;
      /** Nodes that are new, in the order in which they were found. */
      readonly added: readonly string[];
      /** Why there are fewer replicas than wanted. */
      readonly refusal: PlacementRefusal | null;
    }
  | { readonly kind: 'stale-ring'; readonly epoch: number }
  | { readonly kind: 'superseded' };

/** Gives a stream the replicas that it lacks. Replicas that it has stay, unless on nodes that are gone. */
export async function placeStream(store: Store, wish: PlaceWish): Promise<PlaceOutcome> {
  const { stream, cost, region, epoch, balance, replicas, token } = wish;
  const open = wish.regions.filter(({ candidates }) => candidates.length > 0);
  const closed = wish.regions.filter(({ candidates }) => candidates.length === 0);
  const regions = [...open, ...closed].map((each) => formatRegion(each, wish.hosts));
  const args = [stream, cost, region, epoch, balance, replicas, JSON.stringify(wish.gone), open.length];
  const reply = await runRingScript(store, PLACE_STREAM, { token, args: [...args, ...regions] });
  const [kind, second, added, refusal] = reply as [string, string | number, string[], string];
  if (kind === 'superseded') return { kind };
  if (kind === 'stale-ring') return { kind, epoch: Number(second) };
  return {
    kind: 'placed',
    placement: parsePlacement(String(second))!,
    added,
    refusal: parseRecord<PlacementRefusal>(refusal),
  };
}

/** A region as the script takes it: columns, which are shorter than records. */
function formatRegion(
  { name, totalWeight, nodes, candidates }: PlaceRegion,
  hosts: PlaceWish['hosts'],
): string {
  const known = new Set(candidates.map((candidate) => candidate.name));
  const others = nodes.filter((node) => !known.has(node));
  return JSON.stringify([
    name,
    totalWeight,
    candidates.map((candidate) => candidate.name),
    candidates.map(({ host }) => host),
    candidates.map(({ weight }) => String(weight)),
    candidates.map(({ capacity }) => String(capacity ?? -1)),
    others,
    others.map((node) => hosts[node] ?? ''),
  ]);
}
