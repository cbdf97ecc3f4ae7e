import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { KnownState } from '../../../src/lib/agent/known-state.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';

const ring = (epoch: number): RingRecord => ({
  version: 1,
  epoch,
  balance: 1.25,
  replicas: 2,
  nodes: [],
  pins: {},
});
const key = { stream: 'demo', keyId: 'k1', kind: 'user', createdMs: 1 } as const;
let dir: string;

describe('what an agent knows', () => {
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sc-known-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test('what was known is known again after a restart', async () => {
    const known = await KnownState.load(dir);
    known.takeRing(ring(7));
    known.takeKeys(new Map([['hash', key]]));
    known.takePlaced(new Map([['demo', 'joining']]));
    await known.save();
    const again = await KnownState.load(dir);
    assert.deepEqual(again.ring, ring(7));
    assert.deepEqual(again.keys, new Map([['hash', key]]));
    assert.deepEqual([...again.keyIds], ['k1']);
    assert.deepEqual(again.placed, new Map([['demo', 'joining']]));
  });

  test('a lower epoch is refused, and so is no ring, also after a restart', async () => {
    const known = await KnownState.load(dir);
    assert.equal(known.takeRing(null), true, 'nothing known, nothing there');
    assert.equal(known.takeRing(ring(7)), true);
    assert.equal(known.takeRing(ring(6)), false);
    assert.equal(known.takeRing(null), false);
    await known.save();
    const again = await KnownState.load(dir);
    assert.equal(again.takeRing(ring(6)), false);
    assert.equal(again.ring?.epoch, 7);
    assert.equal(again.takeRing(ring(8)), true);
  });

  test('ring.json is the ring itself, replaced only when it changes', async () => {
    const known = await KnownState.load(dir);
    known.takeRing(ring(7));
    await known.save();
    assert.deepEqual(JSON.parse(await readFile(join(dir, 'ring.json'), 'utf8')), ring(7));
    const { ino } = await stat(join(dir, 'ring.json'));
    known.takeRing(ring(7));
    await known.save();
    assert.equal((await stat(join(dir, 'ring.json'))).ino, ino);
  });

  test('damaged files count as nothing known', async () => {
    await writeFile(join(dir, 'ring.json'), '{"version":1,"ep');
    await writeFile(join(dir, 'agent-known.json'), 'x');
    const known = await KnownState.load(dir);
    assert.deepEqual([known.ring, known.keys.size, known.placed.size], [null, 0, 0]);
  });
});
