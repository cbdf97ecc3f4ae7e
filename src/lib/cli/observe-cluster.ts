/** Asks a running cluster how it is: every node directly, and the store, if it answers, for its streams' names. */
import { systemClock } from '../base/clock.ts';
import { createAskNode } from '../health/ask-node.ts';
import type { ClusterStatus } from '../health/cluster-status.ts';
import { collectCluster } from '../health/collect-cluster.ts';
import { DEFAULT_SERVICE_LEVELS } from '../health/service-levels.ts';
import { summarize } from '../health/summarize.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { loadStreams } from '../store/load-streams.ts';
import { readStore } from '../store/read-connection.ts';

/**
 * Collects and judges; never throws for something that does not answer, and takes about three times the time that
 * one node is given at the most.
 */
export async function observeCluster(view: ClusterView): Promise<ClusterStatus> {
  const deps = createAskNode(systemClock.nowMs);
  const [answers, stored] = await Promise.all([collectCluster(view.peers, deps), loadStoredNames(view)]);
  const streams = [...new Set([...Object.keys(view.streams), ...stored])];
  const known = { name: view.name, regions: view.regions, streams };
  return summarize(answers, known, { nowMs: systemClock.nowMs() });
}

/** Names of the streams in the store; none when it does not answer in time. */
async function loadStoredNames(view: ClusterView): Promise<readonly string[]> {
  const peer = view.peers.find((candidate) => candidate.roles.includes('store'));
  if (peer === undefined) return [];
  const timeout = AbortSignal.timeout(DEFAULT_SERVICE_LEVELS.nodeTimeoutMs);
  const late = new Promise<readonly string[]>((resolve) => {
    timeout.addEventListener('abort', () => resolve([]), { once: true });
  });
  return await Promise.race([readNames(view, { address: peer.address, port: peer.ports.redis }), late]);
}

async function readNames(
  view: ClusterView,
  at: { readonly address: string; readonly port: number },
): Promise<readonly string[]> {
  const options = { cluster: view.name, ...at, passwordFile: view.files.redisPassword };
  return await readStore(options, async (reader) => {
    return (await loadStreams(reader)).map((stream) => stream.name);
  }).catch(() => []);
}
