import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { labLayout } from '../../../src/lib/lab/layout.ts';
import { type AskedShape, prepareLab } from '../../../src/lib/lab/prepare-lab.ts';
import { requireRecord, saveRecord } from '../../../src/lib/lab/record.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-prepare-lab-'));
after(() => rmSync(home, { recursive: true }));

const NOTHING: AskedShape = { regions: undefined, nodesPerRegion: undefined };
const prepare = (name: string, asked: Partial<AskedShape> = {}) =>
  prepareLab(
    name,
    { ...NOTHING, ...asked },
    { layout: labLayout(home, name), roots: home, program: home, signal: new AbortController().signal },
  );

async function withLab(name: string): Promise<void> {
  await saveRecord(labLayout(home, name), {
    version: 1,
    name,
    regions: ['us'],
    nodesPerRegion: 3,
    root: '/roots/one',
    cut: ['us-2'],
  });
}

test('prepareLab() plans six machines in three regions when nothing is asked for', async () => {
  const { plan } = await prepare('fresh');
  assert.deepEqual(
    plan.machines.map(({ name }) => name),
    ['us-1', 'us-2', 'eu-1', 'eu-2', 'ap-1', 'ap-2'],
  );
});

test('prepareLab() goes on with the lab that is there, and with its root file system', async () => {
  await withLab('known');
  const { plan, record } = await prepare('known');
  assert.equal(plan.machines.length, 3);
  assert.equal(record.root, '/roots/one');
});

test('prepareLab() refuses to make another shape of the lab that is there', async () => {
  await withLab('shaped');
  await assert.rejects(prepare('shaped', { regions: ['us', 'eu'] }), { code: 'CONFLICT' });
  await assert.rejects(prepare('shaped', { nodesPerRegion: 2 }), { code: 'CONFLICT' });
});

test('a damaged record says how to get rid of the lab', async () => {
  await mkdir(labLayout(home, 'torn').dir, { recursive: true });
  writeFileSync(labLayout(home, 'torn').record, '{"version":');
  await assert.rejects(prepare('torn'), (error: { code: string; hint: string }) => {
    assert.equal(error.code, 'ENVIRONMENT');
    assert.match(error.hint, /streamctl lab down/);
    return true;
  });
});

test('requireRecord() names the labs that are there', async () => {
  await withLab('present');
  await assert.rejects(requireRecord(home, 'absent'), (error: { code: string; hint: string }) => {
    assert.equal(error.code, 'NOT_FOUND');
    assert.match(error.hint, /present/);
    return true;
  });
});
