import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findOldPrograms } from '../../../src/lib/provision/program.ts';
import { gatherPrograms } from '../../../src/lib/provision/remote/gather-programs.ts';
import { chooseProgram, findBuild, type KnownProgram } from '../../../src/lib/upgrade/find-program.ts';
import { mergePrograms } from '../../../src/lib/upgrade/list-programs.ts';

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

const known: readonly KnownProgram[] = [
  { digest: 'aaaa11112222', version: '0.2.0', folder: '/own', own: true, nodes: [] },
  { digest: 'aaaa33334444', version: '0.1.0', folder: '/programs/aaaa33334444', own: false, nodes: ['us-1'] },
  { digest: 'bbbb55556666', version: '0.3.0-rc.1', folder: null, own: false, nodes: ['us-1', 'eu-1'] },
  { digest: 'cccc77778888', version: null, folder: '/programs/cccc77778888', own: false, nodes: ['us-1'] },
];

const CHOICES = [
  ['0.2.0', { source: '/own' }],
  ['v0.1.0', { source: '/programs/aaaa33334444' }],
  ['0.3.0-rc.1', { installed: 'bbbb55556666' }],
  ['cccc', { source: '/programs/cccc77778888' }],
  ['aaaa1', { source: '/own' }],
] as const;

for (const [wanted, found] of CHOICES) {
  test(`${wanted} means one of the known programs`, () => {
    assert.deepEqual(chooseProgram(wanted, known), found);
  });
}

test('what is not known is refused with the list of what is', () => {
  for (const wanted of ['0.4.0', 'dddd', './nowhere']) {
    assert.throws(
      () => chooseProgram(wanted, known),
      (error: { code: string; hint: string }) =>
        error.code === 'NOT_FOUND' &&
        error.hint.includes("aaaa11112222 (0.2.0, this command's), aaaa33334444 (0.1.0)"),
    );
  }
});

test('several builds of one version, or digests that begin alike, are told apart by the digest', () => {
  const again = [...known, { ...known[1]!, digest: 'eeee99990000' }];
  assert.throws(() => chooseProgram('0.1.0', again), {
    code: 'USAGE',
    message: /aaaa33334444 or eeee99990000/,
  });
  assert.throws(() => chooseProgram('aaaa', known), { code: 'USAGE' });
});

test('what machines say is put together by program, and this command is named first', () => {
  const installed = gatherPrograms(
    new Map([
      ['us-1', { programs: ['aaaa11112222', 'node-24.21.0'], versions: { aaaa11112222: '0.2.0' } }],
      ['eu-1', { programs: ['aaaa11112222', 'bbbb55556666', 'bbbb55556666.77.new'], versions: {} }],
    ]),
  );
  assert.deepEqual(
    installed.map(({ digest, nodes }) => [digest, nodes]),
    [
      ['aaaa11112222', ['us-1', 'eu-1']],
      ['bbbb55556666', ['eu-1']],
    ],
  );
  const [own, other] = mergePrograms([
    known[0]!,
    ...installed.map((one) => ({ ...one, own: false, folder: null })),
  ]);
  assert.deepEqual(own, { ...known[0], nodes: ['us-1', 'eu-1'] });
  assert.equal(other!.digest, 'bbbb55556666');
});

test('a build is meant by its folder, or by that of a checkout that is built', async () => {
  assert.equal(await findBuild(join(folder, 'checkout')), join(folder, 'checkout/dist'));
  assert.equal(await findBuild(join(folder, 'checkout/dist')), join(folder, 'checkout/dist'));
  assert.equal(await findBuild(folder), null);
});

test('the program that runs and the newest other one stay, older ones may go', async () => {
  const old = (keep: string) => findOldPrograms(join(folder, 'program'), keep);
  assert.deepEqual(await old('bbbb55556666'), ['aaaa11112222']);
  assert.deepEqual(await old('aaaa11112222'), ['aaaa33334444']);
  assert.deepEqual(await findOldPrograms(join(folder, 'nowhere'), 'x'), []);
});
