import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findOldPrograms } from '../../../src/lib/provision/program.ts';
import { findProgram } from '../../../src/lib/upgrade/find-program.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamctl-programs-'));
  const made = [
    ['program/aaaa11112222', 30],
    ['program/aaaa33334444', 20],
    ['program/bbbb55556666', 10],
    ['program/node-24.21.0', 40],
    ['checkout/dist', 0],
  ] as const;
  for (const [path, ageSec] of made) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'main.js'), '');
    await utimes(join(folder, path), 1_000_000 - ageSec, 1_000_000 - ageSec);
  }
});
after(async () => await rm(folder, { recursive: true }));

const find = (wanted: string) => findProgram(wanted, join(folder, 'program'));

test('a program is meant by the first characters of its digest, when one alone begins so', async () => {
  assert.equal(await find('bbbb'), join(folder, 'program/bbbb55556666'));
  assert.equal(await find('aaaa1'), join(folder, 'program/aaaa11112222'));
  await assert.rejects(find('aaaa'), /no program of this cluster/);
});

test('or by the folder of a build, or of a checkout that is built', async () => {
  assert.equal(await find(join(folder, 'checkout')), join(folder, 'checkout/dist'));
  assert.equal(await find(join(folder, 'checkout/dist')), join(folder, 'checkout/dist'));
  await assert.rejects(find(folder), { code: 'NOT_FOUND' });
});

test('the program that runs and the newest other one stay, older ones may go', async () => {
  const old = (keep: string) => findOldPrograms(join(folder, 'program'), keep);
  assert.deepEqual(await old('bbbb55556666'), ['aaaa11112222']);
  assert.deepEqual(await old('aaaa11112222'), ['aaaa33334444']);
  assert.deepEqual(await findOldPrograms(join(folder, 'nowhere'), 'x'), []);
});
