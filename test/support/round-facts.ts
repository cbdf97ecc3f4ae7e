/** Facts of a round in a well cluster: us-1 to us-3 and eu-1 to eu-3, `demo` placed on us-1 and eu-1 and live there. */
import type { RoundFacts } from '../../src/lib/controller/round-facts.ts';
import type { ReplicaReport } from '../../src/lib/health/report.ts';
import type {
  NodeVerdict,
  PlacementRecord,
  PlannedMove,
  RingRecord,
} from '../../src/lib/store/ring-records.ts';
import { ringNode, ringRecord } from './ring-records.ts';

export const NOW_MS = 1_800_000_000_000;
const NAMES = ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'eu-3'];

export function placement(
  stream: string,
  replicas: readonly string[],
  differing: Partial<PlacementRecord> = {},
): PlacementRecord {
  const rest = {
    version: 1 as const,
    cost: 1000,
    region: 'us',
    epoch: 7,
    move: null,
    createdMs: NOW_MS - 60_000,
  };
  return { ...rest, stream, replicas, ...differing };
}

export function liveReport(stream: string, differing: Partial<ReplicaReport> = {}): ReplicaReport {
  const segments = [900, 901].map((msn) => ({ msn, startTicks: msn * 180_000, frames: 60 }));
  return {
    stream,
    as: 'joining',
    state: 'live',
    fresh: true,
    tracks: { audio: 'audio 11', '480p': 'video 22', '720p': 'video 33' },
    segments,
    lastMsn: 902,
    ...differing,
  };
}

export interface FactsOptions {
  readonly isSettled?: boolean;
  readonly ring?: RingRecord;
  readonly placements?: readonly PlacementRecord[];
  /** Streams with a publisher on us-1; default: those placed. */
  readonly live?: readonly string[];
  readonly planned?: readonly PlannedMove[];
  /** State of nodes that are not up. */
  readonly states?: Readonly<Record<string, NodeVerdict['state']>>;
  /** `NODE STREAM` → what the node reports; default: every replica is live. */
  readonly reports?: Readonly<Record<string, ReplicaReport | null>>;
  readonly loads?: Readonly<Record<string, number>>;
  readonly nowMs?: number;
  /** When all nodes last spoke. */
  readonly saidMs?: number;
}

export function roundFacts(options: FactsOptions = {}): RoundFacts {
  const ring =
    options.ring ??
    ringRecord(
      7,
      NAMES.map((name) => ringNode(name)),
    );
  const placements = options.placements ?? [placement('demo', ['us-1', 'eu-1'])];
  const live = options.live ?? placements.map(({ stream }) => stream);
  const states = options.states ?? {};
  const names = new Set([...ring.nodes.map(({ name }) => name), ...Object.keys(states)]);
  const verdicts = [...names].map((node): [string, NodeVerdict] => [
    node,
    { node, state: states[node] ?? 'up', why: '', sinceMs: 0 },
  ]);
  const runs = (node: string, stream: string): boolean =>
    placements.some((one) => one.stream === stream && one.replicas.includes(node));
  return {
    nowMs: options.nowMs ?? NOW_MS,
    isSettled: options.isSettled ?? true,
    ring,
    members: new Map(ring.nodes.map((node) => [node.name, node])),
    verdicts: new Map(verdicts),
    placements: new Map(placements.map((one) => [one.stream, one])),
    planned: options.planned ?? [],
    sessions: new Map(live.map((stream) => [stream, 'us-1'])),
    loads: new Map(Object.entries(options.loads ?? {})),
    saidMs: () => options.saidMs ?? NOW_MS,
    reported: (node, stream) => {
      const given = options.reports?.[`${node} ${stream}`];
      if (given !== undefined) return given;
      return runs(node, stream) && (states[node] ?? 'up') === 'up' ? liveReport(stream) : null;
    },
  };
}
