/** Where a stream comes in, when that is one node alone: a drill that takes it takes the picture, too. */
import { createAskNode } from '../../health/ask-node.ts';
import { collectCluster } from '../../health/collect-cluster.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { createReach } from '../../nodes/reach.ts';

/** Asks the ingests; null when several have the stream, or none. */
export async function findOnlyIngest(view: ClusterView, stream: string): Promise<string | null> {
  const ingests = view.peers.filter(({ roles }) => roles.includes('ingest'));
  const answers = await collectCluster(ingests, createAskNode(Date.now, createReach(view)));
  const having = answers.filter(({ agent }) => agent?.sessions.some((session) => session.stream === stream));
  return having.length === 1 ? having[0]!.peer.name : null;
}
