/** Keys of streams that `up` makes: seen by somebody whatever becomes of it, or named by the next one. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegionChange } from '../../../src/lib/cli/region/add-region.ts';
import { asOperator } from '../../../src/lib/nodes/as-operator.ts';
import { loadClusterByName } from '../../../src/lib/nodes/cluster-view.ts';
import { loadKeys } from '../../../src/lib/store/load-streams.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { hashStreamKey } from '../../../src/lib/store/stream-key.ts';
import { loadUnshown } from '../../../src/lib/streams/load-unshown.ts';
import { type CliRun, runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

const CLUSTER = 'shownkeys';

interface UpJson {
  readonly streams: readonly { readonly name: string; readonly key: string }[];
  readonly unshown: readonly string[];
}

describe('the keys of streams that up makes', () => {
  let folder: ClusterFolder;
  let store: Store;
  before(async () => {
    folder = await makeClusterFolder(CLUSTER, '127.239');
    const up = await runCli(['up', '--json'], folder);
    assert.equal(up.status, 0, up.stderr);
    assert.deepEqual(up.json<UpJson>().unshown, []);
    const view = await loadClusterByName(folder.home, CLUSTER);
    store = await connectStore({ ...asOperator(view), keySecretFile: view.files.keySecret });
    assert.deepEqual(await loadUnshown(store), []);
  });
  after(async () => {
    store.close();
    await folder.remove();
  });
  /** The store lacks the stream of the spec, so that `up` makes it. */
  beforeEach(async () => {
    assert.equal((await runCli(['stream', 'remove', 'demo', '--yes'], folder)).status, 0);
  });

  /** Runs `up` and ends it as soon as it has made the stream. */
  const endAtStream = async (signal: 'SIGINT' | 'SIGKILL', ...words: string[]): Promise<CliRun> => {
    const { child, done } = startCli(['up', ...words], folder);
    while ((await store.redis.hexists(store.keys.streams, 'demo')) === 0) await sleep(1);
    child.kill(signal);
    return await done;
  };
  const up = async (): Promise<UpJson> => {
    const run = await runCli(['up', '--json'], folder);
    assert.equal(run.status, 0, run.stdout);
    return run.json<UpJson>();
  };
  const isValid = async (key: string | undefined): Promise<boolean> =>
    (await loadKeys(store)).has(hashStreamKey(key ?? '', store.keySecret));

  test('after one that was killed the next one names the stream, until it has another key', async () => {
    assert.equal((await endAtStream('SIGKILL')).status, null);
    const { streams, unshown } = await up();
    assert.deepEqual([streams, unshown], [[], ['demo']]);
    const said = (await runCli(['up'], folder)).stdout;
    assert.match(said, /nobody may have seen the key of demo; another: streamctl stream key rotate demo/);
    assert.equal((await runCli(['stream', 'key', 'rotate', 'demo'], folder)).status, 0);
    assert.deepEqual((await up()).unshown, []);
  });

  test('one that is interrupted prints them before it ends', async () => {
    const run = await endAtStream('SIGINT');
    assert.equal(run.status, 130, run.stderr);
    const key = /Key +(sk_demo_\S+) +\(stream demo, shown once\)/.exec(run.stdout)?.[1];
    assert.ok(await isValid(key), run.stdout);
    assert.ok(!run.stderr.includes('sk_demo_'));
    assert.deepEqual((await up()).unshown, []);
  });

  test('under --json no failure has them, and the next one names the stream', async () => {
    const run = await endAtStream('SIGINT', '--json');
    assert.equal(run.status, 130, run.stdout);
    assert.ok(!run.stdout.includes('sk_demo_'));
    assert.deepEqual((await up()).unshown, ['demo']);
  });

  test('region add and remove show those of streams that the store lacked', async () => {
    const add = await runCli(['region', 'add', 'b', '--like', 'a', '--yes', '--json'], folder);
    assert.equal(add.status, 0, add.stdout);
    assert.ok(await isValid(add.json<RegionChange>().streams[0]?.key));
    await runCli(['stream', 'remove', 'demo', '--yes'], folder);
    const remove = await runCli(['region', 'remove', 'b', '--confirm=b'], folder);
    assert.equal(remove.status, 0, remove.stderr);
    assert.ok(await isValid(/Key +(sk_demo_\S+)/.exec(remove.stdout)?.[1]), remove.stdout);
    assert.deepEqual(await loadUnshown(store), []);
  });
});
