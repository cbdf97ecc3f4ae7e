/** A whole cluster: streams move while simulated viewers watch, and nobody sees it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import type { ClusterStatus } from '../../../src/lib/health/cluster-status.ts';
import type { OriginReport, OriginStreamReport } from '../../../src/lib/health/report.ts';
import { runViewers } from '../../../src/lib/viewer/run-viewers.ts';
import { assertUnseen } from '../../support/assert-unseen.ts';
import { type DemoCluster, startDemoCluster } from '../../support/demo-cluster.ts';
import { watchLateness } from '../../support/quiet-machine.ts';
import { until } from '../../support/until.ts';

const NODES = `  - { name: us-1, region: us, roles: [store, ingest, origin] }
  - { name: us-2, region: us, roles: [edge] }
  - { name: us-3, region: us, roles: [origin] }
  - { name: eu-1, region: eu, roles: [ingest, origin] }
  - { name: eu-2, region: eu, roles: [edge] }
  - { name: eu-3, region: eu, roles: [origin] }`;
/** What the last move did to viewers is seen by then. */
const WATCHED_AFTER_MS = 8000;

interface ChangeReport {
  readonly moves: readonly {
    readonly from: string;
    readonly to: string;
    readonly result: string;
    readonly afterMs: number;
  }[];
}
let cluster: DemoCluster;

before(async () => {
  cluster = await startDemoCluster({
    name: 'moves',
    block: '127.217.0.0/16',
    media: '  segmentSec: 2\n  video: copy',
    nodes: NODES,
    publish: ['--region', 'us', '--size', '320x180', '--kbps', '300'],
  });
});
after(() => cluster.close());

const status = async () => (await cluster.run('status')) as ClusterStatus;
/** Once the pipeline that was moved away has ended, which is after the move. */
const nodeIn = async (region: string): Promise<string> => {
  let nodes: string[] = [];
  await until(async () => {
    const { replicas } = (await status()).streams[0]!;
    nodes = replicas.filter((one) => one.region === region && !one.joining).map(({ node }) => node);
    return nodes.length === 1;
  }, `one replica in ${region}`);
  return nodes[0]!;
};
/** The stream as the origin of a node has it. */
const hosted = async (node: string): Promise<OriginStreamReport> => {
  const asked = cluster.originUrls.map(async (url) => (await fetch(`${url}/status`)).json());
  const reports = (await Promise.all(asked)) as OriginReport[];
  const streams = reports.find((report) => report.node === node)?.streams ?? [];
  return streams.find(({ stream }) => stream === 'demo')!;
};
/**
 * That a move ended by media of the new pipeline, not by what its node said of a former one. It may take less than a segment:
 * the ingest gives a new pipeline the segment's beginning, too.
 */
const assertVerified = async (node: string, begunMs: number): Promise<void> => {
  const { feeds, pipeline } = await hosted(node);
  const feed = feeds.find(({ replica, from }) => replica === node && from === 'pipeline');
  assert.ok((feed?.connectedSinceMs ?? 0) >= begunMs, `${node} has a pipeline that began after the change`);
  assert.ok((pipeline?.segments.length ?? 0) > 0, `${node}'s pipeline has made a whole segment`);
};

test('viewers see nothing of a stream that leaves a node in each region and comes back', async (context) => {
  // It ends with a status of its own while it is not.
  const isHealthy = async (): Promise<boolean> => (await status().catch(() => null))?.healthy === true;
  await until(isHealthy, 'a healthy cluster');
  const leave = new AbortController();
  context.after(() => leave.abort());
  const urls = cluster.edgeUrls.map((url) => `${url}/live/demo/index.m3u8`);
  const latest = watchLateness();
  const watching = runViewers(
    {
      ...{ urls, count: 6, durationMs: 240_000, signal: leave.signal },
      ...{ region: null, stream: 'demo', rendition: 'auto' },
    },
    { clock: systemClock },
  );
  const tookMs: number[] = [];
  for (const region of ['us', 'eu']) {
    const node = await nodeIn(region);
    for (const change of ['drain', 'undrain']) {
      const begunMs = Date.now();
      const { moves } = (await cluster.run('ring', change, node)) as ChangeReport;
      assert.deepEqual(
        moves.map(({ result }) => result),
        ['moved'],
        change,
      );
      await assertVerified(moves[0]!.to, begunMs);
      tookMs.push(moves[0]!.afterMs);
      const now = await nodeIn(region);
      assert.equal(now === node, change === 'undrain');
    }
  }
  const movedMs = performance.now();
  await until(() => performance.now() > movedMs + WATCHED_AFTER_MS, 'viewers to go on');
  leave.abort();
  const seen = await watching;
  context.diagnostic(
    `moves took ${tookMs.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s; ${seen.requests} requests`,
  );
  assert.equal(seen.errors, 0);
  assertUnseen(context, seen, latest());
});

test('status names the controller and the ring, and nothing is left of the moves', async () => {
  const { controller, ring, moves, healthy, problems } = await status();
  assert.match(controller!.node, /^(us|eu)-\d$/);
  assert.ok(ring!.epoch >= 5);
  assert.deepEqual(moves, []);
  assert.ok(healthy, JSON.stringify(problems));
});
