/** Commands of the ring whose lock is taken away while they work: they stop, take nothing back, and say what is left to do. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RingDescription } from '../../../src/lib/membership/describe-ring.ts';
import { seizeLock } from '../../../src/lib/provision/lock.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

interface Refusal {
  readonly error: { readonly hint: string; readonly details: { readonly facts: Record<string, string> } };
}

describe('a command of the ring whose lock is taken away', () => {
  let folder: ClusterFolder;
  before(async () => {
    folder = await makeClusterFolder('fenced', '127.233');
    const up = await runCli(['up'], folder);
    assert.equal(up.status, 0, up.stderr);
  });
  after(async () => await folder.remove());

  const spec = async (): Promise<string> => await readFile(folder.spec, 'utf8');
  const fine = async (...words: string[]): Promise<void> => {
    const run = await runCli([...words, '--json'], folder);
    assert.equal(run.status, 0, run.stdout);
  };
  const ring = async (): Promise<RingDescription> =>
    (await runCli(['ring', 'show', '--json'], folder)).json<RingDescription>();
  /** Takes the lock away as soon as the command has written the spec. */
  const robbed = async (...words: string[]): Promise<Refusal['error']> => {
    const before = await spec();
    const { child, done } = startCli([...words, '--json'], folder);
    while ((await spec()) === before && child.exitCode === null) await sleep(1);
    const giveBack = await seizeLock(join(folder.dir, 'lock'), 'a test');
    const run = await done;
    await giveBack();
    assert.equal(run.status, 6, run.stdout);
    assert.notEqual(await spec(), before, 'nothing was taken back');
    return run.json<Refusal>().error;
  };

  test('add-node lets nothing into the ring, and the same command goes on', async () => {
    const add = ['ring', 'add-node', 'a-3', '--region', 'a', '--yes'];
    const { hint, details } = await robbed(...add);
    assert.equal(details.facts['so far'], 'a-3 is in the spec, and may run; it is not in the ring');
    assert.match(hint, /streamctl history .* run this one again to go on, or streamctl ring remove-node a-3/);
    assert.deepEqual(
      (await ring()).members.map(({ name }) => name),
      ['a-1'],
    );
    await fine(...add);
    assert.deepEqual(
      (await ring()).members.map(({ name }) => name),
      ['a-1', 'a-3'],
    );
  });

  test('set-weight leaves the ring as it is, and up brings it to the spec', async () => {
    const { hint, details } = await robbed('ring', 'set-weight', 'a-3', '4');
    assert.match(details.facts['so far']!, /the ring does not$/);
    assert.match(hint, /streamctl up brings the ring to the spec file/);
    const weight = async () => (await ring()).members.find(({ name }) => name === 'a-3')?.weight;
    assert.equal(await weight(), 1);
    await fine('up');
    assert.equal(await weight(), 4);
  });

  test('remove-node leaves what runs, and the same command goes on', async () => {
    const remove = ['ring', 'remove-node', 'a-3', '--yes'];
    const { hint, details } = await robbed(...remove);
    assert.match(details.facts['so far']!, /^a-3 has left the ring; .* its units may run$/);
    assert.match(hint, /run this one again to go on/);
    await readFile(join(folder.dir, 'nodes/a-3/node.json'));
    await fine(...remove);
    await assert.rejects(readFile(join(folder.dir, 'nodes/a-3/node.json')));
  });
});
