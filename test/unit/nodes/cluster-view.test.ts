import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findClusterOfSpec } from '../../../src/lib/nodes/cluster-view.ts';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';

const TEXT = 'cluster: demo\n';
let home = '';
let spec = '';
let record = '';
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'streamctl-view-'));
  spec = join(home, 'streamctl.yaml');
  record = clusterLayout(join(home, 'demo')).record;
  await mkdir(join(home, 'demo'));
});
after(async () => await rm(home, { recursive: true }));

/** Writes both; the record's time is so many seconds from now. */
async function write(text: string, recordSec: number): Promise<void> {
  await writeFile(spec, text);
  const specDigest = createHash('sha256').update(TEXT).digest('hex');
  await writeFile(record, JSON.stringify({ version: 1, cluster: 'demo', specFile: spec, specDigest }));
  const at = Date.now() / 1000 + recordSec;
  await utimes(record, at, at);
}

test('a spec that was not touched since up made the cluster leads to it', async () => {
  await write(TEXT, 60);
  assert.equal((await findClusterOfSpec(home, spec))?.name, 'demo');
});

test('a spec that was touched and says the same still leads to it, one that says another thing does not', async () => {
  await write(TEXT, -60);
  assert.equal((await findClusterOfSpec(home, spec))?.name, 'demo');
  await write(`${TEXT}# more\n`, -60);
  assert.equal(await findClusterOfSpec(home, spec), null);
});

test('a spec that made nothing, or is gone, leads nowhere', async () => {
  await write(TEXT, 60);
  await writeFile(join(home, 'other.yaml'), TEXT);
  assert.equal(await findClusterOfSpec(home, join(home, 'other.yaml')), null);
  assert.equal(await findClusterOfSpec(home, join(home, 'none.yaml')), null);
});
