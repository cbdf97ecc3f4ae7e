/** The ring follows the spec: a real cluster of one region that plays a copied stream, changed by `up` alone. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import { canListen } from '../../../src/lib/nodes/port-holder.ts';
import type { Change } from '../../../src/lib/provision/changes.ts';
import { loadPlacements } from '../../../src/lib/store/placements.ts';
import { loadRing, loadRingHistory } from '../../../src/lib/store/ring.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { runViewers } from '../../../src/lib/viewer/run-viewers.ts';
import { waitUntilPlayed } from '../../../src/lib/viewer/wait-until-played.ts';
import { assertUnseen } from '../../support/assert-unseen.ts';
import { runCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';
import { watchLateness } from '../../support/quiet-machine.ts';
import { until } from '../../support/until.ts';

interface UpJson {
  readonly changed: boolean;
  readonly changes: readonly Change[];
}

const BLOCK = '127.219';
const PLAYLIST = `http://${BLOCK}.1.9:8080/live/demo/index.m3u8`;
const VIEWERS = 6;
const FIRST = [
  '{ name: a-1, region: a, roles: [store, ingest, origin] }',
  '{ name: a-2, region: a, roles: [origin] }',
];
const EDGE = '{ name: a-9, region: a, roles: [edge] }';

function formatSpec(nodes: readonly string[], ring = ''): string {
  return `version: 1
cluster: ringup
network: { block: ${BLOCK}.0.0/16 }
regions: [{ name: a }]
nodes:
${[...nodes, EDGE].map((node) => `  - ${node}`).join('\n')}
${ring}
media: { video: copy }
streams: [{ name: demo }]
`;
}

function startViewers() {
  const end = new AbortController();
  const options = { urls: [PLAYLIST], count: VIEWERS, durationMs: 120_000, region: null, stream: null };
  const latest = watchLateness();
  const report = runViewers({ ...options, rendition: 'auto', signal: end.signal }, { clock: systemClock });
  return {
    sawNothing: async (t: TestContext) => {
      end.abort();
      assertUnseen(t, await report, latest());
    },
  };
}

describe('the ring in up', () => {
  let folder: ClusterFolder;
  let store: Store;
  const spec = async (nodes: readonly string[], ring?: string) =>
    await writeFile(folder.spec, formatSpec(nodes, ring));
  const up = async (): Promise<UpJson> => {
    const run = await runCli(['up', '--confirm=ringup', '--json'], folder);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    return run.json<UpJson>();
  };
  const plan = async (): Promise<string[]> => {
    const { changes } = (await runCli(['plan', '--json'], folder)).json<UpJson>();
    return changes.map(({ node, text }) => (node === null ? text : `${node}: ${text}`));
  };
  const replicas = async () => (await loadPlacements(store)).get('demo')?.replicas ?? [];

  before(async () => {
    folder = await makeClusterFolder('ringup', BLOCK);
    await spec(FIRST);
    await up();
    store = await connectStore({
      cluster: 'ringup',
      address: `${BLOCK}.1.1`,
      port: 6379,
      user: 'operator',
      passwordFile: join(folder.dir, 'secrets/redis-password'),
      keySecretFile: join(folder.dir, 'secrets/key-secret'),
    });
  });
  after(async () => {
    store?.close();
    await folder.remove();
  });

  test('the first up makes a ring of the origin nodes, and the second changes nothing', async () => {
    const ring = await loadRing(store);
    assert.deepEqual([ring?.epoch, ring?.nodes.map(({ name }) => name)], [1, ['a-1', 'a-2']]);
    assert.deepEqual([ring?.balance, ring?.replicas, ring?.nodes[1]?.host], [1.25, 2, `${BLOCK}.1.2`]);
    assert.equal((await up()).changed, false);
    assert.deepEqual(await plan(), []);
  });

  test('what the spec changes of the ring is planned, done in one epoch, and then done', async () => {
    await spec(
      [FIRST[0]!, '{ name: a-2, region: a, roles: [origin], weight: 3, capacity: 4 }'],
      'ring: { balance: 1.5 }',
    );
    assert.ok((await plan()).includes('ring: set a-2, balance 1.5'));
    await up();
    const ring = await loadRing(store);
    assert.deepEqual([ring?.epoch, ring?.balance], [2, 1.5]);
    assert.deepEqual([ring?.nodes[1]?.weight, ring?.nodes[1]?.capacity], [3, 4000]);
    assert.equal((await up()).changed, false);
  });

  test('a node is replaced by one up while its stream plays on: started, drained, taken out, stopped', async (t) => {
    // Small: other tests run beside this one, and the encoder of the test picture is of no interest here.
    const picture = ['--size', '320x180', '--fps', '25', '--kbps', '300'];
    const published = await runCli(['publish', 'test', 'demo', '--detach', '--json', ...picture], folder);
    assert.equal(published.status, 0, published.stdout);
    await waitUntilPlayed({ url: PLAYLIST, timeoutMs: 20_000 });
    await until(async () => (await replicas()).length === 2, 'two replicas');

    await spec([FIRST[0]!, '{ name: a-3, region: a, roles: [origin] }']);
    const planned = await plan();
    const wanted = [
      'ring: set a-3, balance 1.25',
      'ring: drain a-2',
      'a-2: wait until its streams have moved away',
      'ring: take a-2 out',
      'a-2: remove the node',
    ];
    assert.deepEqual(
      planned.filter((line) => wanted.includes(line)),
      wanted,
      planned.join('\n'),
    );
    const viewers = startViewers();
    await up();
    await viewers.sawNothing(t);
    assert.deepEqual((await replicas()).toSorted(), ['a-1', 'a-3']);
    const ring = await loadRing(store);
    assert.deepEqual(
      ring?.nodes.map(({ name, state }) => [name, state]),
      [
        ['a-1', 'active'],
        ['a-3', 'active'],
      ],
    );
    assert.equal(await canListen(`${BLOCK}.1.2`, 8081), true);
    assert.equal((await up()).changed, false);
    const epochs = (await loadRingHistory(store, 20)).map(({ epoch }) => epoch);
    assert.deepEqual(
      epochs,
      epochs.map((_, at) => at + 1),
    );
  });

  test('a node that takes the address of one that leaves is refused before anything is changed', async () => {
    await spec([FIRST[0]!, `{ name: a-4, region: a, roles: [origin], address: ${BLOCK}.1.3 }`]);
    const run = await runCli(['up', '--confirm=ringup', '--json'], folder);
    assert.equal(run.status, 8);
    const { error } = run.json<{ error: { code: string; message: string } }>();
    assert.match(error.message, /a-4 takes the address 127\.219\.1\.3, where a-3 still runs/);
    assert.deepEqual(
      (await loadRing(store))?.nodes.map(({ name }) => name),
      ['a-1', 'a-3'],
    );
  });
});
