/** An upgrade after an `up` that takes an origin out and is killed: it would make all others forget what still carries streams. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterRecord } from '../../../src/lib/nodes/cluster-view.ts';
import { loadNodeConfig } from '../../../src/lib/nodes/load-node-config.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

const CLUSTER = 'unfinished';
const LEAVING = '  - { name: a-3, region: a, roles: [origin] }\n';

describe('an upgrade after an up that did not come to its end', () => {
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
  const upgrade = async (...words: string[]) => await runCli(['upgrade', '--interrupt', ...words], folder);
  const refused = async (word: RegExp): Promise<void> => {
    for (const words of [[], ['--dry-run'], ['--rollback']]) {
      const run = await upgrade(...words);
      assert.equal(run.status, 8, run.stderr);
      assert.match(run.stderr, word);
      assert.match(run.stderr, /Run streamctl up first/);
    }
    assert.ok((await knownTo('a-1')).includes('a-3'));
  };

  test('is refused, and so it is after a command of the ring', async () => {
    const { specDigest } = await record();
    await writeFile(folder.spec, spec);
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
    const run = await upgrade();
    assert.equal(run.status, 0, run.stderr);
    const { changes } = (await runCli(['plan', '--json'], folder)).json<{ changes: unknown[] }>();
    assert.deepEqual(changes, []);
  });
});
