/**
 * An upgrade, or a change of passwords, after an `up` that takes an origin out and is killed: it would make all others forget what
 * still carries streams.
 */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterRecord } from '../../../src/lib/nodes/cluster-view.ts';
import { loadNodeConfig } from '../../../src/lib/nodes/load-node-config.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

const CLUSTER = 'unfinished';
const UPGRADE = ['upgrade', '--interrupt'];
const UPGRADES = [UPGRADE, [...UPGRADE, '--dry-run'], [...UPGRADE, '--rollback']];
const LEAVING = '  - { name: a-3, region: a, roles: [origin] }\n';

describe('an upgrade, or a change of passwords, after an up that did not come to its end', () => {
  let folder: ClusterFolder;
  let spec: string;
  before(async () => {
    folder = await makeClusterFolder(CLUSTER, '127.238');
    spec = await readFile(folder.spec, 'utf8');
    await writeFile(folder.spec, spec.replace('media:', `${LEAVING}media:`));
    const up = await runCli(['up'], folder);
    assert.equal(up.status, 0, up.stderr);
    assert.equal((await record()).pending, undefined);
  });
  after(async () => await folder.remove());

  const record = async (): Promise<ClusterRecord> =>
    JSON.parse(await readFile(join(folder.dir, 'cluster.json'), 'utf8')) as ClusterRecord;
  const knownTo = async (node: string): Promise<string[]> =>
    (await loadNodeConfig(join(folder.dir, 'nodes', node, 'node.json'))).peers.map(({ name }) => name);
  const secrets = async (): Promise<string[]> => {
    const dir = join(folder.dir, 'secrets');
    const names = (await readdir(dir)).toSorted();
    return await Promise.all(names.map(async (name) => `${name} ${await readFile(join(dir, name), 'utf8')}`));
  };
  const refused = async (word: RegExp): Promise<void> => {
    const before = await secrets();
    for (const command of [...UPGRADES, ['secrets', 'rotate']]) {
      const run = await runCli(command, folder);
      assert.equal(run.status, 8, run.stderr);
      assert.match(run.stderr, word);
      assert.match(run.stderr, /Run streamctl up first/);
    }
    assert.ok((await knownTo('a-1')).includes('a-3'));
    assert.deepEqual(await secrets(), before);
  };

  test('is refused while the spec has what no up has applied', async () => {
    await writeFile(folder.spec, spec);
    await refused(/has changed since the last up/);
  });

  test('is refused, and so it is after a command of the ring', async () => {
    const { specDigest } = await record();
    const { child, done } = startCli(['up', `--confirm=${CLUSTER}`], folder);
    while ((await record()).specDigest === specDigest && child.exitCode === null) await sleep(1);
    child.kill('SIGKILL');
    await done;
    await refused(/the last up has not come to its end/);
    assert.equal((await runCli(['ring', 'set-weight', 'a-1', '2'], folder)).status, 0);
    assert.equal((await record()).pending, true);
  });

  test('is refused by what still runs, where an older version was killed', async () => {
    const { pending: _, ...older } = await record();
    await writeFile(join(folder.dir, 'cluster.json'), `${JSON.stringify(older, null, 2)}\n`);
    await refused(/a-3 left the spec, and may still carry streams/);
  });

  test('goes on when the next up is through', async () => {
    const up = await runCli(['up', `--confirm=${CLUSTER}`], folder);
    assert.equal(up.status, 0, up.stderr);
    assert.equal((await record()).pending, undefined);
    assert.ok(!(await knownTo('a-1')).includes('a-3'));
    const run = await runCli(UPGRADE, folder);
    assert.equal(run.status, 0, run.stderr);
    const { changes } = (await runCli(['plan', '--json'], folder)).json<{ changes: unknown[] }>();
    assert.deepEqual(changes, []);
  });
});
