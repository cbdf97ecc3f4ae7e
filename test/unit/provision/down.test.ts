import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { orderRemoval, takeDown } from '../../../src/lib/provision/down.ts';

test('of a purge that is cut off no secrets are left where nothing seems to be there any more', () => {
  const names = ['lock', 'mesh', 'nodes', 'program', 'secrets', 'upgrade.json'];
  assert.deepEqual(orderRemoval(names), ['mesh', 'secrets', 'upgrade.json', 'nodes', 'program', 'lock']);
  assert.deepEqual(orderRemoval(['program', 'secrets']), ['secrets', 'program']);
});

test('a purge leaves no folder, and may be run twice', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamctl-down-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clusterDir = join(folder, 'demo');
  for (const name of ['nodes/us-1/data', 'secrets']) mkdirSync(join(clusterDir, name), { recursive: true });
  writeFileSync(join(clusterDir, 'secrets/key-secret'), 'secret');
  await takeDown({ clusterDir, purge: true });
  assert.ok(!existsSync(clusterDir));
  await takeDown({ clusterDir, purge: true });
});
