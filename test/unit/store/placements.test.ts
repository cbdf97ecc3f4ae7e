import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeKeys } from '../../../src/lib/store/keys.ts';
import { loadPlacementsOf } from '../../../src/lib/store/placements.ts';
import type { PlacementRecord } from '../../../src/lib/store/ring-records.ts';
import type { StoreReader } from '../../../src/lib/store/store-reader.ts';

test('placements of more streams than a call has room for arguments are loaded', async () => {
  const placed = (stream: string): PlacementRecord => ({
    ...{ version: 1, stream, cost: 1, region: 'us', epoch: 1 },
    ...{ replicas: ['us-1'], move: null, createdMs: 0 },
  });
  const redis = {
    hmget: async (_: string, ...names: string[]) =>
      names.map((name) => (name.endsWith('7') ? JSON.stringify(placed(name)) : null)),
  } as unknown as StoreReader['redis'];
  const names = Array.from({ length: 130_000 }, (_, at) => `stream-${at}`);
  const found = await loadPlacementsOf({ keys: storeKeys('demo'), redis }, names);
  assert.equal(found.size, 13_000);
  assert.equal(found.get('stream-129997')?.stream, 'stream-129997');
});
