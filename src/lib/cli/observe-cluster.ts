/** Asks a running cluster how it is: every node directly, and the store, if it answers, for its streams. */
import { systemClock } from '../base/clock.ts';
import { createAskNode } from '../health/ask-node.ts';
import type { ClusterStatus } from '../health/cluster-status.ts';
import { collectCluster } from '../health/collect-cluster.ts';
import { DEFAULT_SERVICE_LEVELS } from '../health/service-levels.ts';
import { type KnownCluster, summarize } from '../health/summarize.ts';
import { asOperator } from '../nodes/as-operator.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { createReach } from '../nodes/reach.ts';
import { loadStreams } from '../store/load-streams.ts';
import { loadOperations } from '../store/operations.ts';
import { readOperatorLease } from '../store/operator-lease.ts';
import { loadRefusals } from '../store/placements.ts';
import { readStore } from '../store/read-connection.ts';
import { observePublishers } from '../streams/observe-publishers.ts';
import { holderOf, judgeOperations, type KnownOperations, loadOperationsHere } from './judge-operations.ts';

/**
 * Collects and judges; never throws for something that does not answer, and takes about three times the time that
 * one node is given at the most.
 */
export async function observeCluster(view: ClusterView): Promise<ClusterStatus> {
  const deps = createAskNode(systemClock.nowMs, createReach(view));
  const [answers, stored, publishers, here] = await Promise.all([
    collectCluster(view.peers, deps),
    loadStored(view),
    observePublishers(view.dir),
    loadOperationsHere(view.dir),
  ]);
  const streams = [...new Set([...Object.keys(view.streams), ...stored.streams])];
  const { refusals } = stored;
  const operations = judgeOperations(here, stored);
  const known = { name: view.name, regions: view.regions, streams, refusals, publishers, operations };
  return summarize(answers, known, { nowMs: systemClock.nowMs() });
}

/** What only the store knows of streams. */
type Stored = Required<Pick<KnownCluster, 'streams' | 'refusals'>> & KnownOperations;

const NOTHING_STORED: Stored = { streams: [], refusals: [], notes: [], holder: null };

/** So many lines are looked at for the last command that is not over. */
const NOTES = 60;

/** Nothing when the store does not answer in time. */
async function loadStored(view: ClusterView): Promise<Stored> {
  const timeout = AbortSignal.timeout(DEFAULT_SERVICE_LEVELS.nodeTimeoutMs);
  const late = new Promise<Stored>((resolve) => {
    timeout.addEventListener('abort', () => resolve(NOTHING_STORED), { once: true });
  });
  return await Promise.race([readStored(view), late]);
}

async function readStored(view: ClusterView): Promise<Stored> {
  return await readStore(asOperator(view), async (reader) => {
    const [streams, refusals, notes, lease] = await Promise.all([
      loadStreams(reader),
      loadRefusals(reader),
      loadOperations(reader, NOTES),
      readOperatorLease(reader),
    ]);
    const holder = await holderOf(lease);
    return { streams: streams.map((stream) => stream.name), refusals, notes, holder };
  }).catch(() => NOTHING_STORED);
}
