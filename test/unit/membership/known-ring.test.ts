import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combineReports, type KnownRingReport } from '../../../src/lib/membership/known-ring.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';

const ring = (epoch: number) => ({ version: 1, epoch, nodes: [] }) as unknown as RingRecord;
const report = (node: string, epoch: number, placed: KnownRingReport['placed'] = {}): KnownRingReport => ({
  version: 1,
  node,
  ring: epoch === 0 ? null : ring(epoch),
  placed,
});

test('the newest ring that an agent knows counts, and of placements what each says of its node', () => {
  const known = combineReports(
    [
      report('us-1', 4, { demo: 'replica', gala: 'replica' }),
      report('eu-1', 5, { demo: 'replica', gala: 'joining' }),
      report('eu-2', 0),
    ],
    () => 50,
  )!;
  assert.deepEqual([known.node, known.facts.ring.epoch], ['eu-1', 5]);
  const { placements, loads } = known.facts;
  assert.deepEqual(placements.get('demo')?.replicas, ['us-1', 'eu-1']);
  assert.deepEqual(placements.get('gala')?.replicas, ['us-1']);
  assert.deepEqual(
    [...loads],
    [
      ['us-1', 100],
      ['eu-1', 100],
    ],
  );
});

test('without an agent that knows a ring there is none', () => {
  assert.equal(
    combineReports([], () => 1),
    null,
  );
  assert.equal(
    combineReports([report('us-1', 0)], () => 1),
    null,
  );
});
