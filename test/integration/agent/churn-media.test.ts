/** A whole cluster with real publishers and pipelines: streams that start and stop leave nothing behind. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AgentReport } from '../../../src/lib/health/report.ts';
import { asOperator } from '../../../src/lib/nodes/as-operator.ts';
import { type ClusterView, loadClusterByName } from '../../../src/lib/nodes/cluster-view.ts';
import { findClusterProcesses } from '../../../src/lib/nodes/processes.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { addStream, removeStream } from '../../../src/lib/streams/streams.ts';
import { type DemoCluster, startDemoCluster } from '../../support/demo-cluster.ts';
import { startRtmpPublisher } from '../../support/rtmp-publisher.ts';
import { until } from '../../support/until.ts';

const NAME = 'churn';
const ROUNDS = 3;
const AT_ONCE = 3;
/** What the store has of streams that run; records and keys of those that may be published stay. */
const OF_STREAMS = /:(session:|placed:|placements$|loads$|refusals$|moves$)/;

let cluster: DemoCluster;
let view: ClusterView;
let store: Store;
before(async () => {
  cluster = await startDemoCluster({
    name: NAME,
    block: '127.221.0.0/16',
    media: '  segmentSec: 2\n  video: copy\n  slate: { afterSec: 1, maxSec: 4 }',
    publish: ['--region', 'us', '--size', '320x180', '--kbps', '300'],
  });
  view = await loadClusterByName(cluster.env.STREAMCTL_HOME!, NAME);
  store = await connectStore({ ...asOperator(view), keySecretFile: view.files.keySecret });
});
after(async () => {
  store?.close();
  await cluster?.close();
});

const origins = () => view.peers.filter(({ roles }) => roles.includes('origin'));

async function makers(stream: string): Promise<number> {
  const reports = await Promise.all(
    origins().map(async ({ address, ports }) => {
      const response = await fetch(`http://${address}:${ports.agent}/v1/status`);
      return (await response.json()) as AgentReport;
    }),
  );
  const replicas = reports.flatMap((report) => report.replicas.filter((one) => one.stream === stream));
  return replicas.filter(({ state, fresh }) => state === 'live' && fresh).length;
}

/** Starts a stream, waits for live media of two replicas, and ends it. Returns how long that took to get there. */
async function startAndStop(name: string, { remove }: { remove: boolean }): Promise<number> {
  const { key } = await addStream(store, { name, by: 'test' });
  const startedMs = performance.now();
  const [ingest] = view.peers.filter(({ roles }) => roles.includes('ingest'));
  const publisher = await startRtmpPublisher({ address: ingest!.address, rtmpPort: ingest!.ports.rtmp, key });
  try {
    await until(async () => (await makers(name)) === 2, `${name} to be made on two nodes`);
    return performance.now() - startedMs;
  } finally {
    await publisher.close();
    if (remove) await removeStream(store, { name, by: 'test' });
  }
}

async function commandLine(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ');
}

/** As an operator may: KEYS is for nobody. */
async function listKeys(): Promise<string[]> {
  const pages = (await store.redis.scanStream({ count: 1000 }).toArray()) as string[][];
  return [...new Set(pages.flat())];
}

/** All that is left of streams other than demo. */
async function leftovers(): Promise<string[]> {
  const keys = (await listKeys()).filter((key) => OF_STREAMS.test(key));
  const fields = await Promise.all(
    keys.filter((key) => !key.includes(':session:')).map((key) => store.redis.hkeys(key)),
  );
  const placed = fields.flat().filter((field) => field.startsWith('s'));
  const sessions = keys.filter((key) => key.includes(':session:s'));
  const folders = await Promise.all(
    origins().flatMap(({ name }) =>
      ['services', 'data'].map((folder) => readdir(join(view.dir, 'nodes', name, folder))),
    ),
  );
  const files = folders.flat().filter((file) => file.startsWith('pipeline-s'));
  const lines = await Promise.all((await findClusterProcesses(view.dir)).map(commandLine));
  return [
    ...placed,
    ...sessions,
    ...files,
    ...lines.filter((line) => /pipeline-s\d|--stream s\d/.test(line)),
  ];
}

test('nine starts and stops with real media leave no placement, process, file or key', {
  timeout: 300_000,
}, async (t) => {
  const tookMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const batch = Array.from({ length: AT_ONCE }, (_, index) => `s${round}-${index}`);
    tookMs.push(...(await Promise.all(batch.map((name) => startAndStop(name, { remove: round % 2 === 0 })))));
  }
  tookMs.sort((a, b) => a - b);
  const sec = (ms: number) => (ms / 1000).toFixed(1);
  t.diagnostic(
    `publish to live media on two nodes: ${sec(tookMs[tookMs.length >> 1]!)} s median, ${sec(tookMs.at(-1)!)} s at most`,
  );
  await until(async () => (await leftovers()).length === 0, 'nothing to be left').catch(() => undefined);
  assert.deepEqual(await leftovers(), []);
  await until(async () => (await makers('demo')) === 2, 'what goes on to go on');
});
