/** Commands with a copy of `secrets/` from before a `secrets rotate` elsewhere. */
import assert from 'node:assert/strict';
import { cp, glob, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

interface Refusal {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

describe('a stale copy of secrets/', () => {
  let folder: ClusterFolder;
  let secrets: string;
  let stale: string;
  let fresh: string;
  before(async () => {
    folder = await makeClusterFolder('stale', '127.236');
    secrets = join(folder.dir, 'secrets');
    [stale, fresh] = [join(folder.cwd, 'stale'), join(folder.cwd, 'fresh')];
    await fine('up');
    await cp(secrets, stale, { recursive: true });
    await fine('secrets', 'rotate');
    await cp(secrets, fresh, { recursive: true });
    await put(stale);
  });
  after(async () => await folder.remove());

  const fine = async (...words: string[]): Promise<void> => {
    const run = await runCli(words, folder);
    assert.equal(run.status, 0, run.stderr);
  };
  const put = async (copy: string): Promise<void> => {
    await rm(secrets, { recursive: true });
    await cp(copy, secrets, { recursive: true });
  };
  /** All that has a password in it, and the record. */
  const files = async (): Promise<string[]> => {
    const names: string[] = [];
    const wanted = ['cluster.json', 'secrets/*', 'nodes/*/data/*.{acl,conf}'];
    for await (const name of glob(wanted, { cwd: folder.dir })) names.push(name);
    assert.ok(names.includes('nodes/a-1/data/redis-users.acl'), names.join());
    return await Promise.all(
      names.toSorted().map(async (name) => `${name} ${await readFile(join(folder.dir, name), 'utf8')}`),
    );
  };

  for (const words of [['up'], ['plan'], ['secrets', 'rotate']]) {
    test(`is refused by ${words.join(' ')}, before any file is written`, async () => {
      const known = await files();
      const run = await runCli([...words, '--json'], folder);
      assert.equal(run.status, 8, run.stdout);
      const { code, message, hint } = run.json<Refusal>().error;
      assert.equal(code, 'CONFLICT');
      assert.match(message, /the store of cluster stale has other passwords than .*secrets$/);
      assert.match(hint, /^Copy secrets\/ from where streamctl secrets rotate ran/);
      assert.deepEqual(await files(), known);
    });
  }

  test('no longer matters when the present one is there', async () => {
    await put(fresh);
    await fine('up');
    await fine('secrets', 'rotate');
  });
});
