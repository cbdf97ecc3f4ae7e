/**
 * The ring without the store: what the agents last heard of it. The newest ring of any of them counts, and of placements what
 * each says of its own node.
 */
import type { Reach } from '../base/reach.ts';
import { fetchJson } from '../health/ask-node.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import type { Peer } from '../nodes/node-config.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { checkRing } from '../placement/check-ring.ts';
import { encoderCost } from '../placement/encoder-cost.ts';
import type { PlacedAs, PlacementRecord, RingRecord } from '../store/ring-records.ts';
import type { RingFacts } from './locate-stream.ts';

/** What an agent answers on `GET /v1/ring`. */
export interface KnownRingReport {
  readonly version: 1;
  readonly node: string;
  readonly ring: RingRecord | null;
  /** Stream → as what it is placed on this node. */
  readonly placed: Readonly<Record<string, PlacedAs>>;
}

export interface KnownRing {
  readonly facts: RingFacts;
  /** Whose ring it is. */
  readonly node: string;
}

const TIMEOUT_MS = 1_000;

/** Asks every agent at once; null when none that answers knows a ring. */
export async function loadKnownRing(view: ClusterView, reach: Reach): Promise<KnownRing | null> {
  const answers = await Promise.all(view.peers.map((peer) => ask(peer, reach)));
  const reports = answers.filter((answer) => answer !== null);
  return combineReports(reports, (stream) => encoderCost(settingsOf(view, stream)));
}

async function ask({ address, ports }: Peer, reach: Reach): Promise<KnownRingReport | null> {
  try {
    const report = (await fetchJson(
      `http://${address}:${ports.agent}/v1/ring`,
      TIMEOUT_MS,
      reach,
    )) as KnownRingReport;
    return { ...report, ring: report.ring === null ? null : checkRing(report.ring) };
  } catch {
    return null;
  }
}

/** Puts together what agents say; `costOf` tells the encoder cost of a stream. Pure. */
export function combineReports(
  reports: readonly KnownRingReport[],
  costOf: (stream: string) => number,
): KnownRing | null {
  const newest = reports.reduce<KnownRingReport | null>(
    (best, one) => ((one.ring?.epoch ?? 0) > (best?.ring?.epoch ?? 0) ? one : best),
    null,
  );
  if (newest === null || newest.ring === null) return null;
  const { ring } = newest;
  const placements = new Map<string, PlacementRecord>();
  const loads = new Map<string, number>();
  for (const { node, placed } of reports) {
    for (const [stream, as] of Object.entries(placed)) {
      const cost = costOf(stream);
      loads.set(node, (loads.get(node) ?? 0) + cost);
      if (as === 'joining') continue;
      const replicas = [...(placements.get(stream)?.replicas ?? []), node];
      const rest = { region: '', epoch: ring.epoch, move: null, createdMs: 0 };
      placements.set(stream, { version: 1, stream, cost, replicas, ...rest });
    }
  }
  return { facts: { ring, placements, loads, planned: [], refusals: [] }, node: newest.node };
}
