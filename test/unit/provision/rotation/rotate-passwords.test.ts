import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { clusterLayout } from '../../../../src/lib/nodes/layout.ts';
import { Changes } from '../../../../src/lib/provision/changes.ts';
import {
  forgetFormer,
  isRotating,
  keepFormer,
  loadFormer,
  offerPasswords,
  takeNext,
} from '../../../../src/lib/provision/rotation/password-files.ts';
import {
  type ClusterSecrets,
  ensureSecrets,
  planSecretFiles,
} from '../../../../src/lib/provision/secrets.ts';
import type { StorePasswords } from '../../../../src/lib/render/store-access.ts';
import { fakePeer } from '../../../support/fake-upgrade.ts';

let dir = '';
describe('passwords that are changed', () => {
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'streamctl-rotation-'));
  });
  afterEach(async () => await rm(dir, { recursive: true }));

  const layoutOf = () => clusterLayout(dir);
  const load = async (): Promise<ClusterSecrets> =>
    (await ensureSecrets('demo', layoutOf(), new Changes('apply')))!;
  const hash = (password: string) => createHash('sha256').update(password).digest('hex');

  /** Which of two sets of passwords a store would let in, by the files that `up` would write now. */
  async function letsIn(sets: readonly StorePasswords[]): Promise<boolean[]> {
    const files = planSecretFiles(layoutOf(), fakePeer('us-1', ['store']), await load());
    const users = files.find(({ path }) => path.endsWith('redis-users.acl'))!.text;
    return sets.map((passwords) => Object.values(passwords).every((one) => users.includes(hash(one))));
  }

  /** What is done to the files, in its order; killed after any of it, the next run begins at the first. */
  const STEPS = [offerPasswords, keepFormer, takeNext, forgetFormer];

  test('at each step the passwords that somebody may have are let in, and afterwards the new ones alone', async () => {
    const { store: old } = await load();
    assert.equal(await isRotating(layoutOf()), false);
    const next = await offerPasswords(layoutOf());
    assert.deepEqual(await letsIn([old, next]), [true, true]);
    await keepFormer(layoutOf());
    assert.deepEqual(await letsIn([old, next]), [true, true]);
    await takeNext(layoutOf());
    assert.deepEqual((await load()).store, next);
    assert.deepEqual(await letsIn([old, next]), [true, true]);
    assert.deepEqual(await loadFormer(layoutOf()), old);
    assert.equal(await isRotating(layoutOf()), true);
    await forgetFormer(layoutOf());
    assert.deepEqual(await letsIn([old, next]), [false, true]);
    assert.equal(await isRotating(layoutOf()), false);
    assert.ok(Object.values(old).every((one) => !Object.values(next).includes(one)));
  });

  test('killed after any step it goes on with the same passwords, and leaves nothing behind', async () => {
    for (let kill = 1; kill < STEPS.length; kill++) {
      const { store: old } = await load();
      const next = await offerPasswords(layoutOf());
      for (const step of STEPS.slice(0, kill)) await step(layoutOf());
      for (const step of STEPS) {
        assert.deepEqual(await offerPasswords(layoutOf()), next, `killed after ${kill}`);
        await step(layoutOf());
      }
      const { store } = await load();
      assert.deepEqual(store, next);
      assert.notDeepEqual(store, old);
      assert.deepEqual(
        (await readdir(layoutOf().secrets)).filter((name) => name.includes('.')),
        [],
      );
    }
  });

  test('where nodes read the same files, what was before is known all the same', async () => {
    const { store: old } = await load();
    const next = await offerPasswords(layoutOf());
    await keepFormer(layoutOf());
    // A node of this machine gets its next password: in the operator's folder.
    const node = planSecretFiles(layoutOf(), fakePeer('us-1', ['ingest']), {
      ...(await load()),
      store: next,
    });
    const file = node.find(({ path }) => path === layoutOf().redisPasswords.ingest)!;
    const { writeWholeFile } = await import('../../../../src/lib/provision/write-file.ts');
    await writeWholeFile(file.path, file.text);
    await keepFormer(layoutOf());
    assert.deepEqual(await letsIn([old, next]), [true, true]);
    assert.equal((await readFile(`${file.path}.old`, 'utf8')).trim(), old.ingest);
  });
});
