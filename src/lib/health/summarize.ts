/**
 * From what every node answered to the state of the cluster: `streamctl status` in one pure function.
 *
 * Not for: asking (collect-cluster.ts), printing (cli/views). Load never changes health. A stream that is known but
 * has no pipeline is offline, which is no fault.
 */
import { publishUrl } from '../spec/public-urls.ts';
import type { ClusterStatus, StreamStatus } from './cluster-status.ts';
import { sumDepartures } from './departures.ts';
import { findController, findLease, type WorkingController } from './find-controller.ts';
import { findWritingStore } from './find-writing-store.ts';
import { formatCount } from './format-count.ts';
import { judgeNode } from './judge-node.ts';
import { judgeRegion } from './judge-region.ts';
import { judgeStream } from './judge-stream.ts';
import type { NodeAnswer } from './node-answer.ts';
import type { OperationsFacts, PublisherFacts, StreamRefusal } from './problems/cluster-facts.ts';
import { findProblems } from './problems/find-problems.ts';
import type { ControllerReport } from './report.ts';
import { DEFAULT_SERVICE_LEVELS, type ServiceLevels } from './service-levels.ts';

/** What is known of a cluster without asking it. */
export interface KnownCluster {
  readonly name: string;
  /** In the order of the spec. */
  readonly regions: readonly string[];
  /** Names of streams, from the spec and, where it answers, the store. */
  readonly streams: readonly string[];
  /** Streams that got no place, or fewer replicas than they should have; from the store, where it answers. */
  readonly refusals?: readonly StreamRefusal[];
  /** Test publishers and relays beside the nodes, where they are on this machine. */
  readonly publishers?: readonly PublisherFacts[];
  /** Who changes the cluster; from the journals here and, where it answers, in the store. */
  readonly operations?: OperationsFacts;
}

const NOBODY: OperationsFacts = { isBusy: false, unfinished: null };

/** Judges everything: nodes, streams, regions, then what is wrong with them. */
export function summarize(
  answers: readonly NodeAnswer[],
  known: KnownCluster,
  { nowMs, levels = DEFAULT_SERVICE_LEVELS }: { nowMs: number; levels?: ServiceLevels },
): ClusterStatus {
  const departures = sumDepartures(answers);
  const nodes = answers.map((answer) => {
    const left = departures.get(answer.peer.name);
    return { ...judgeNode(answer), ...(left && { left }) };
  });
  const edges = answers.filter((answer) => answer.peer.roles.includes('edge'));
  const names = [...new Set([...known.streams, ...namesIn(answers)])];
  const streams = names.map((name) => judgeStream(name, edges, { answers, nowMs, levels }));
  const regions = known.regions.map((name) => judgeRegion(name, answers, { nodes, streams }));
  const { name: cluster, refusals = [], publishers = [], operations = NOBODY } = known;
  const controller = findController(answers);
  const facts = {
    cluster,
    answers,
    nodes,
    regions,
    streams,
    refusals,
    publishers,
    operations,
    controller,
    nowMs,
    levels,
  };
  const problems = findProblems(facts);
  const running = answers.some((answer) => answer.reach !== 'refused');
  const verdict = wordVerdict(running, problems.length);
  const moves = tellMoves(controller);
  const moving = moves.movesTotal === 0 ? [] : [formatCount(moves.movesTotal, 'move')];
  return {
    version: 1,
    cluster: known.name,
    running,
    healthy: running && problems.length === 0,
    summary: [verdict, ...amounts(answers, regions.length, running ? streams : null), ...moving].join(' · '),
    problems,
    ingest: answers
      .filter((answer) => answer.peer.roles.includes('ingest'))
      .map(({ peer }) => ({ region: peer.region, url: publishUrl(peer) })),
    regions,
    nodes,
    streams,
    ring: newestRing(answers),
    storeNode: findWritingStore(answers),
    controller: tellController(controller ?? findLease(answers)),
    ...moves,
  };
}

function tellController(lease: ControllerReport | null): ClusterStatus['controller'] {
  if (lease === null) return null;
  const { node, token, sinceMs } = lease;
  return { node, token, sinceMs };
}

function tellMoves(controller: WorkingController | null): Pick<ClusterStatus, 'moves' | 'movesTotal'> {
  if (controller === null) return { moves: [], movesTotal: 0 };
  const { moves, planned } = controller.work;
  const underWay = moves.filter(({ state }) => state === 'moving').length;
  return { moves, movesTotal: Math.max(moves.length, planned + underWay) };
}

function newestRing(answers: readonly NodeAnswer[]): ClusterStatus['ring'] {
  const epochs = answers.flatMap(({ agent }) => agent?.ring?.epoch ?? []);
  return epochs.length === 0 ? null : { epoch: Math.max(...epochs) };
}

function namesIn(answers: readonly NodeAnswer[]): string[] {
  const named = answers.flatMap((answer) => [
    ...(answer.origin?.streams ?? []).map((report) => report.stream),
    ...(answer.agent?.sessions ?? []).map((session) => session.stream),
  ]);
  return named.sort();
}

function wordVerdict(running: boolean, problems: number): string {
  if (!running) return 'not running';
  return problems === 0 ? 'healthy' : formatCount(problems, 'problem');
}

function amounts(
  answers: readonly NodeAnswer[],
  regions: number,
  streams: readonly StreamStatus[] | null,
): string[] {
  const stores = answers.filter(({ peer }) => peer.roles.includes('store')).length;
  // One store is the usual; of several one may be lost.
  const several = stores > 1 ? [formatCount(stores, 'store')] : [];
  const places = [formatCount(regions, 'region'), formatCount(answers.length, 'node'), ...several];
  if (streams === null) return places;
  const live = streams.filter((stream) => stream.state === 'live').length;
  const viewers = streams.reduce((total, stream) => total + stream.viewers, 0);
  return [
    ...places,
    `${formatCount(streams.length, 'stream')}, ${live} live`,
    formatCount(viewers, 'viewer'),
  ];
}
