/** The real probe: asks every node directly, as `status` does, and keeps what a drill cares about. */
import { createAskNode } from '../../health/ask-node.ts';
import { collectCluster } from '../../health/collect-cluster.ts';
import { compareEdges } from '../../health/compare-edges.ts';
import type { NodeAnswer } from '../../health/node-answer.ts';
import { summarize } from '../../health/summarize.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { createReach } from '../../nodes/reach.ts';
import type { ClusterProbe, ControlSight, FeedSight } from '../cluster-sight.ts';

export interface ClusterProbeOptions {
  readonly view: ClusterView;
  readonly stream: string;
  readonly nowMs: () => number;
  /** What the control plane says; resolves to null when the store does not answer. */
  readonly loadControl: () => Promise<ControlSight | null>;
}

/** Shorter than for `status`: a frozen node must not slow the looking down. */
const HURRY_TIMEOUT_MS = 300;

export function createClusterProbe({ view, stream, nowMs, loadControl }: ClusterProbeOptions): ClusterProbe {
  const asking = createAskNode(nowMs, createReach(view));
  const known = { name: view.name, regions: view.regions, streams: [stream] };
  return {
    look: async (hurry) => {
      const deps = hurry ? { ...asking, timeoutMs: HURRY_TIMEOUT_MS } : asking;
      const [answers, control] = await Promise.all([collectCluster(view.peers, deps), loadControl()]);
      const atMs = nowMs();
      const { nodes, streams } = summarize(answers, known, { nowMs: atMs });
      const found = streams.find(({ name }) => name === stream);
      return {
        atMs,
        nodes,
        state: found?.state ?? 'offline',
        stateSinceMs: found?.sinceMs ?? null,
        replicas: found?.replicas ?? [],
        ingests: answers.filter(({ agent }) => agent?.sessions.some((one) => one.stream === stream)).length,
        unequal: compareEdges(stream, answers).map(({ node, text }) => `${node}: ${text}`),
        feeds: answers.flatMap((answer) => feedOf(answer, stream)),
        control,
      };
    },
  };
}

/** What the node's origin reads; none of an origin that does not have the stream. */
function feedOf({ peer, origin }: NodeAnswer, stream: string): FeedSight[] {
  const report = origin?.streams.find((one) => one.stream === stream);
  if (report === undefined) return [];
  const from = report.feeds.map((feed) => feed.from).filter((name) => name !== '' && name !== 'pipeline');
  const { supply } = report;
  return [{ node: peer.name, from, supply: supply?.state ?? null, change: supply?.lastChange ?? null }];
}
