/** Commands of the ring that fail on their way, or are overtaken: what they put back, and what they say when they cannot. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { changeRing } from '../../../src/lib/membership/change-ring.ts';
import type { RingDescription } from '../../../src/lib/membership/describe-ring.ts';
import { clusterLayout, nodeLayout } from '../../../src/lib/nodes/layout.ts';
import { seizeLock } from '../../../src/lib/provision/lock.ts';
import { followSpec } from '../../../src/lib/provision/ring/ring-of-spec.ts';
import { loadSpec } from '../../../src/lib/spec/load.ts';
import { connectStore } from '../../../src/lib/store/store.ts';
import { siteOf } from '../../../src/lib/store/store-site.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';
import { until } from '../../support/until.ts';

interface Refusal {
  readonly error: {
    readonly code: string;
    readonly hint: string;
    readonly details: { readonly facts: Record<string, string>; readonly code: string };
  };
}

describe('a command of the ring that does not get through at once', () => {
  let folder: ClusterFolder;
  before(async () => {
    folder = await makeClusterFolder('halfdone', '127.237');
    const up = await runCli(['up'], folder);
    assert.equal(up.status, 0, up.stderr);
  });
  after(async () => await folder.remove());

  const spec = async (): Promise<string> => await readFile(folder.spec, 'utf8');
  const fine = async (...words: string[]): Promise<void> => {
    const run = await runCli([...words, '--json'], folder);
    assert.equal(run.status, 0, run.stdout);
  };
  const refused = async (status: number, ...words: string[]): Promise<Refusal['error']> => {
    const run = await runCli([...words, '--json'], folder);
    assert.equal(run.status, status, run.stdout);
    return run.json<Refusal>().error;
  };
  const members = async (): Promise<RingDescription['members']> =>
    (await runCli(['ring', 'show', '--json'], folder)).json<RingDescription>().members;
  const weight = async () => (await members()).find(({ name }) => name === 'a-1')?.weight;
  const names = async () => (await members()).map(({ name }) => name);
  /** The ring as `up` would have it by the spec file. */
  const declare = async (): Promise<void> => {
    const loaded = await loadSpec(folder.spec);
    const { redisPassword: passwordFile, keySecret: keySecretFile } = clusterLayout(folder.dir);
    const site = { ...siteOf(loaded.cluster, loaded.nodes), user: 'operator', passwordFile, keySecretFile };
    const store = await connectStore(site);
    const edit = followSpec(loaded);
    const by = { who: 'a test', from: '', reason: '', plan: false };
    await changeRing(store, { ...by, what: 'up', edit }).finally(() => store.close());
  };
  /** Another cluster seems to run on the same addresses while the action does: the check fails. */
  const clashing = async <T>(action: () => Promise<T>): Promise<T> => {
    const dir = join(folder.home, 'other');
    const record = JSON.parse(await readFile(clusterLayout(folder.dir).record, 'utf8'));
    await mkdir(dir);
    await writeFile(clusterLayout(dir).record, JSON.stringify({ ...record, cluster: 'other', specFile: '' }));
    const env = { PATH: process.env.PATH, STREAMCTL_CLUSTER_DIR: dir };
    const other = spawn('sleep', ['3600'], { env, stdio: 'ignore' });
    try {
      return await action();
    } finally {
      other.kill('SIGKILL');
      await rm(dir, { recursive: true });
    }
  };

  test('set-weight puts the spec back when a check fails, and goes through once it does not', async () => {
    const first = await spec();
    const { code } = await clashing(() => refused(4, 'ring', 'set-weight', 'a-1', '3'));
    assert.equal(code, 'ADDRESS_CLASH');
    assert.equal(await spec(), first);
    await fine('ring', 'set-weight', 'a-1', '3');
    assert.equal(await weight(), 3);
  });

  test('so does taking it back', async () => {
    const first = await spec();
    await clashing(() => refused(4, 'ring', 'undo'));
    assert.deepEqual([await spec(), await weight()], [first, 3]);
    await fine('ring', 'undo');
    assert.equal(await weight(), 1);
  });

  test('set-weight says what is half done when some nodes may know of it, and the same command goes on', async () => {
    const { config } = nodeLayout(folder.dir, 'a-2');
    await rename(config, `${config}.away`);
    await mkdir(config);
    const { code, hint, details } = await refused(10, 'ring', 'set-weight', 'a-1', '5');
    await rm(config, { recursive: true });
    await rename(`${config}.away`, config);
    assert.equal(code, 'PARTLY_DONE');
    assert.match(details.facts['so far']!, /the ring does not$/);
    assert.match(hint, /streamctl up brings the ring to the spec file/);
    assert.equal(await weight(), 1);
    await fine('ring', 'set-weight', 'a-1', '5');
    assert.equal(await weight(), 5);
  });

  test('remove-node takes a node out of the ring again that an up has brought back meanwhile', async () => {
    await fine('ring', 'add-node', 'a-3', '--region', 'a', '--yes');
    const giveBack = await seizeLock(clusterLayout(folder.dir).lock, 'a test');
    const { done } = startCli(['ring', 'remove-node', 'a-3', '--yes', '--json'], folder);
    await until(async () => !(await names()).includes('a-3'), 'it has left the ring');
    await declare();
    assert.deepEqual(await names(), ['a-1', 'a-3']);
    await giveBack();
    const run = await done;
    assert.equal(run.status, 0, run.stdout);
    assert.deepEqual(await names(), ['a-1']);
    assert.doesNotMatch(await spec(), /a-3/);
    await assert.rejects(readFile(nodeLayout(folder.dir, 'a-3').config));
  });
});
