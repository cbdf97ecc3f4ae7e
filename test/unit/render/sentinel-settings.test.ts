import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { sentinelSettings } from '../../../src/lib/render/sentinel-settings.ts';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';

const RANDOM_MS = 1000;

const peers = (stores: number): Peer[] =>
  Array.from({ length: stores }, (_, index) => ({
    name: `us-${index + 1}`,
    region: 'us',
    address: `127.9.1.${index + 1}`,
    roles: ['store', 'origin'],
    ports: DEFAULT_PORTS,
    weight: 1,
  }));
const settings = (stores: number) => peers(stores).map((node, _, all) => sentinelSettings(node, all));
/** Ways to lose as many of these as may be lost. */
const losses = (stores: number, lost: number): number[][] =>
  lost === 0
    ? [[]]
    : losses(stores, lost - 1).flatMap((some) =>
        Array.from({ length: stores }, (_, one) => [...some, one]).filter(
          (all) => new Set(all).size === lost,
        ),
      );

for (const [stores, quorums] of [
  [3, [2, 2, 3]],
  [4, [3, 3, 3, 4]],
  [5, [3, 3, 3, 5, 5]],
] as const) {
  test(`of ${stores} stores only so many ask for votes as must be left`, () => {
    assert.deepEqual(
      settings(stores).map(({ quorum }) => quorum),
      quorums,
    );
  });

  test(`of ${stores} stores any that may be lost leave one that asks for votes`, () => {
    const lost = Math.ceil(stores / 2) - 1;
    for (const away of losses(stores, lost)) {
      const left = settings(stores).filter((_, index) => !away.includes(index));
      assert.ok(
        left.some(({ quorum }) => quorum <= left.length),
        `without ${away.join(', ')}`,
      );
    }
  });
}

test('Sentinels whose votes were split do not try again at the same time', () => {
  const tries = settings(3).map(({ failoverTimeoutMs }) => 2 * failoverTimeoutMs);
  for (const [index, after] of tries.slice(1).entries()) assert.ok(after >= tries[index]! + RANDOM_MS);
});

test('a Sentinel that only votes has found a store lost before one that asks finds it', () => {
  const [asking, other, voting] = settings(3).map(({ downAfterMs }) => downAfterMs);
  assert.equal(asking, other);
  assert.ok(voting! < asking!);
});
