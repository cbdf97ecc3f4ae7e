import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settleAtMost } from '../../../src/lib/base/at-most.ts';

test('settleAtMost() keeps the order, the limit, and every outcome', async () => {
  let running = 0;
  let most = 0;
  const results = await settleAtMost(2, [1, 2, 3, 4, 5], async (item) => {
    running++;
    most = Math.max(most, running);
    await Promise.resolve();
    running--;
    if (item === 3) throw new Error('three');
    return item * 10;
  });
  assert.equal(most, 2);
  assert.deepEqual(
    results.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
    ),
    [10, 20, 'three', 40, 50],
  );
});
