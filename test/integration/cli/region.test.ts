/** Regions that come and go, from the command line: a cluster on loopback that plays nothing. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegionChange } from '../../../src/lib/cli/region/add-region.ts';
import type { RegionReport } from '../../../src/lib/cli/region/list-regions.ts';
import { canListen } from '../../../src/lib/nodes/port-holder.ts';
import { control } from '../../../src/lib/nodes/runsv.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';
import { until } from '../../support/until.ts';

const BLOCK = '127.220';
const SPEC = `version: 1
cluster: regions
network: { block: ${BLOCK}.0.0/16 }
regions: [{ name: us }, { name: eu }]   # two, at first
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
  - { name: eu-1, region: eu, roles: [ingest, origin, edge], weight: 2 }   # like those to come
media: { video: copy }
`;

describe('regions as templates', () => {
  let folder: ClusterFolder;
  const run = async (...args: string[]) => await runCli([...args, '--json'], folder);
  const fine = async <T>(...args: string[]): Promise<T> => {
    const done = await run(...args);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    return done.json<T>();
  };
  const regions = async () =>
    (await fine<{ regions: RegionReport[] }>('region', 'list')).regions.map(({ name, state, nodes }) => [
      name,
      state,
      nodes.map((node) => `${node.name} ${node.weight}`).join(),
    ]);
  before(async () => {
    folder = await makeClusterFolder('regions', BLOCK);
    await writeFile(folder.spec, SPEC);
    await fine('up');
  });
  after(async () => await folder.remove());

  test('a dry run says which nodes would come and what up would do, and changes nothing', async () => {
    const { nodes, plan, changed } = await fine<RegionChange>(
      'region',
      'add',
      'ap',
      '--like',
      'eu',
      '--dry-run',
    );
    assert.deepEqual([nodes, changed], [['ap-1'], false]);
    assert.ok(plan.changes.some(({ node, text }) => node === 'ap-1' && text === 'start origin'));
    assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    assert.equal((await run('region', 'add', 'ap', '--like', 'eu')).status, 2, 'nobody can be asked');
    assert.equal((await run('region', 'add', 'eu', '--like', 'us', '--yes')).status, 8, 'it is there');
  });

  test('a region is added with the shape of another: in the spec, running, in the ring', async () => {
    await fine('region', 'add', 'ap', '--like', 'eu', '--nodes', '2', '--yes');
    assert.deepEqual(await regions(), [
      ['us', 'active', 'us-1 1'],
      ['eu', 'active', 'eu-1 2'],
      ['ap', 'active', 'ap-1 2,ap-2 2'],
    ]);
    const text = await readFile(folder.spec, 'utf8');
    assert.match(text, /# two, at first/);
    assert.match(text, /\{ name: ap-2, region: ap, roles: \[ingest, origin, edge\], weight: 2 \}/);
    assert.deepEqual((await fine<{ changes: unknown[] }>('plan')).changes, []);
  });

  test('a region is drained in one change of the ring, and that is undone in one', async () => {
    const { epoch } = await fine<{ epoch: number }>('region', 'drain', 'ap');
    assert.deepEqual((await regions())[2]?.slice(0, 2), ['ap', 'draining']);
    await fine('ring', 'undo', String(epoch));
    assert.deepEqual((await regions())[2]?.slice(0, 2), ['ap', 'active']);
  });

  test('while the store is away ring show says what the agents last heard', async () => {
    const redis = join(folder.dir, 'nodes/us-1/service/redis');
    await control(redis, 'd');
    await until(async () => await canListen(`${BLOCK}.1.1`, 6379), 'the store to be gone');
    const show = await run('ring', 'show');
    const { state, nodes } = (await fine<{ regions: RegionReport[] }>('region', 'list')).regions[0]!;
    await control(redis, 'u');
    await until(async () => !(await canListen(`${BLOCK}.1.1`, 6379)), 'the store to be back');
    assert.equal(show.status, 0, show.stdout);
    const ring = show.json<{ heardFrom: string | null; epoch: number; members: { name: string }[] }>();
    assert.deepEqual(
      ring.members.map(({ name }) => name),
      ['ap-1', 'ap-2', 'eu-1', 'us-1'],
    );
    assert.match(ring.heardFrom ?? '', /-1$|-2$/);
    assert.deepEqual([state, nodes.length], [null, 1]);
  });

  test('a region is removed by its name; those behind it stay where they are', async () => {
    assert.equal((await run('region', 'remove', 'us', '--confirm=us')).status, 8, 'the store is there');
    assert.equal((await run('region', 'remove', 'eu')).status, 2);
    assert.equal((await run('region', 'remove', 'eu', '--confirm=ap')).status, 2);
    const { nodes } = await fine<RegionChange>('region', 'remove', 'eu', '--confirm=eu');
    assert.deepEqual(nodes, ['eu-1']);
    assert.deepEqual(await regions(), [
      ['us', 'active', 'us-1 1'],
      ['ap', 'active', 'ap-1 2,ap-2 2'],
    ]);
    assert.match(await readFile(folder.spec, 'utf8'), /name: ap-1,.*address: 127\.220\.3\.1/);
    assert.deepEqual((await fine<{ changes: unknown[] }>('plan')).changes, []);
    const { entries } = await fine<{ entries: { what: string; result: string }[] }>('history');
    assert.ok(entries.some(({ what, result }) => what === 'region remove' && result === 'done'));
  });

  test('one that comes in its place has addresses that nobody has', async () => {
    await fine('region', 'add', 'eu', '--like', 'ap', '--yes');
    assert.deepEqual((await regions()).at(-1), ['eu', 'active', 'eu-1 2,eu-2 2']);
    assert.match(await readFile(folder.spec, 'utf8'), /name: eu-2,.*address: 127\.220\.4\.2/);
    assert.deepEqual((await fine<{ changes: unknown[] }>('plan')).changes, []);
  });

  test('one that is interrupted half-way says so, and up goes on', async () => {
    const { child, done } = startCli(['region', 'add', 'jp', '--like', 'us', '--yes'], folder);
    const config = join(folder.dir, 'nodes/jp-1/node.json');
    while (!existsSync(config) && child.exitCode === null) await sleep(1);
    child.kill('SIGINT');
    const run = await done;
    assert.equal(run.status, 130, run.stderr);
    assert.match(run.stderr, /region add was interrupted/);
    assert.match(run.stderr, /so far +the spec is changed, and the cluster in part/);
    assert.match(run.stderr, /streamctl up goes on, with --confirm=regions/);
    await fine('up');
    assert.deepEqual((await regions()).at(-1), ['jp', 'active', 'jp-1 1']);
  });
});
