/** Whether all is well, before a fault and after it: viewers play, and the cluster is as it should be. Pure. */
import { formatCount } from '../../health/format-count.ts';
import type { ClusterSight } from '../cluster-sight.ts';
import type { ViewerSight } from '../viewers/viewer-sight.ts';
import { medianLiveEdge, type Sample } from '../watch/viewer-log.ts';
import { findUneven, isServing } from './serving.ts';

/** What must hold. */
export interface SteadyWanted {
  /** Viewers that must be there. */
  readonly viewers: number;
  readonly replicas: number;
  /** Ingests at which the stream must come in. */
  readonly ingests: number;
  /** Stores that must follow the one that takes writes. */
  readonly followers: number;
  /** Nodes that must be up. */
  readonly nodesUp: readonly string[];
  /** Behind live at the most, 95th percentile of the viewers, seconds. */
  readonly behindSec: number;
  /** Without a stall for so long. */
  readonly calmMs: number;
  /** The stream may be over for those who watched its end. */
  readonly mayHaveFinished: boolean;
}

/** What is not steady, in words, and since when all that is looked at is. */
export interface SteadyVerdict {
  readonly faults: readonly string[];
  readonly sinceMs: number;
}

/** Tells whether all is steady, and since when, from what it is shown again and again. */
export class SteadyJudge {
  readonly #wanted: SteadyWanted;
  #clusterSinceMs: number | null = null;

  constructor(wanted: SteadyWanted) {
    this.#wanted = wanted;
  }

  /** `samples` are those of the last `calmMs`. */
  take(samples: readonly Sample[], sight: ClusterSight | null): SteadyVerdict {
    const cluster = clusterFaults(sight, this.#wanted);
    if (cluster.length > 0) this.#clusterSinceMs = null;
    else this.#clusterSinceMs ??= sight?.atMs ?? null;
    const faults = [...viewerFaults(samples, this.#wanted), ...cluster];
    return { faults, sinceMs: Math.max(samples[0]?.atMs ?? 0, this.#clusterSinceMs ?? 0) };
  }
}

function viewerFaults(samples: readonly Sample[], wanted: SteadyWanted): string[] {
  const { viewers, mayHaveFinished, behindSec, calmMs } = wanted;
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return ['no viewer has been seen yet'];
  const here = last.viewers.filter(
    ({ state }) => state === 'playing' || (mayHaveFinished && state === 'finished'),
  );
  const missing = Math.max(viewers, last.viewers.length) - here.length;
  if (missing > 0) return [`${formatCount(missing, 'viewer')} of ${viewers} without a picture`];
  const late = last.viewers.length - first.viewers.filter(({ startupMs }) => startupMs !== null).length;
  if (late > 0) return [`${formatCount(late, 'viewer')} have not played for ${calmMs / 1000} s yet`];
  const stalled = countStalled(first.viewers, last.viewers);
  if (stalled > 0) return [`${formatCount(stalled, 'viewer')} stalled during the last ${calmMs / 1000} s`];
  if (last.atMs - first.atMs < calmMs * 0.9) return ['not watched for long enough yet'];
  const p95 = quantile95(last.viewers);
  return p95 !== null && p95 > behindSec
    ? [`viewers are ${p95.toFixed(1)} s behind live (p95), at most ${behindSec} s is well`]
    : [];
}

/** Viewers whose dead air grew. */
function countStalled(before: readonly ViewerSight[], now: readonly ViewerSight[]): number {
  const earlier = new Map(before.map((viewer) => [viewer.id, viewer]));
  return now.filter((viewer) => {
    const then = earlier.get(viewer.id);
    return then !== undefined && viewer.deadAirMs > then.deadAirMs;
  }).length;
}

function quantile95(viewers: readonly ViewerSight[]): number | null {
  const edges = viewers
    .filter(({ state }) => state === 'playing')
    .flatMap(({ liveEdgeSec }) => (liveEdgeSec === null ? [] : [liveEdgeSec]))
    .sort((a, b) => a - b);
  return edges[Math.max(0, Math.ceil(edges.length * 0.95) - 1)] ?? null;
}

function clusterFaults(sight: ClusterSight | null, wanted: SteadyWanted): string[] {
  if (sight === null) return ['the cluster has not answered yet'];
  const faults: string[] = [];
  if (sight.state !== 'live') faults.push(`the stream is ${sight.state}, not live`);
  const up = sight.replicas.filter(isServing);
  if (up.length < wanted.replicas) {
    const whys = sight.replicas.flatMap((replica) =>
      isServing(replica) || replica.reasons[0] === undefined
        ? []
        : [`${replica.node}: ${replica.reasons[0]}`],
    );
    const why = whys.length === 0 ? '' : ` (${whys.join(', ')})`;
    faults.push(`${up.length} of ${formatCount(wanted.replicas, 'replica')} up${why}`);
  }
  faults.push(...findUneven(up));
  if (sight.ingests < wanted.ingests)
    faults.push(`the stream comes in at ${sight.ingests} of ${formatCount(wanted.ingests, 'ingest')}`);
  const { followers } = sight.control ?? { followers: wanted.followers };
  if (followers < wanted.followers)
    faults.push(
      `${followers} of ${formatCount(wanted.followers, 'store')} ${followers === 1 ? 'follows' : 'follow'} the one that takes writes`,
    );
  for (const name of wanted.nodesUp) {
    const node = sight.nodes.find((one) => one.name === name);
    if (node?.health !== 'up')
      faults.push(`${name} is ${node?.health ?? 'unknown'}${wordReason(node?.reasons)}`);
  }
  return [...faults, ...sight.unequal];
}

function wordReason(reasons: readonly string[] | undefined): string {
  return reasons?.[0] === undefined ? '' : `: ${reasons[0]}`;
}

/** `100 viewers (50 us, 50 eu) · 1.6 s behind live · no stalls`, and what all replicas leave out to keep up. */
export function wordSteady(
  { viewers }: Sample,
  sight: ClusterSight | undefined,
  regions: readonly string[],
): string {
  const counts = regions.map(
    (region) => `${viewers.filter((viewer) => viewer.region === region).length} ${region}`,
  );
  const edge = medianLiveEdge(viewers);
  const behind = edge === null ? '' : ` · ${edge.toFixed(1)} s behind live`;
  const shed = sight?.replicas.find(isServing)?.shed ?? [];
  const less = shed.length === 0 ? '' : ` · without ${shed.join(', ')}, which this machine is too small for`;
  return `${formatCount(viewers.length, 'viewer')} (${counts.join(', ')})${behind} · no stalls${less}`;
}
