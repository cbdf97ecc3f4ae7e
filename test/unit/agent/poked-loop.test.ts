import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPokedLoop } from '../../../src/lib/agent/poked-loop.ts';
import { until } from '../../support/until.ts';

test('a poke runs it again at once, and one during a run right after it', async () => {
  let runs = 0;
  let active = 0;
  const loop = startPokedLoop(async () => {
    assert.equal(++active, 1);
    runs++;
    if (runs === 1) loop.poke();
    await new Promise(setImmediate);
    active--;
  }, 3600_000);
  await until(() => runs === 2 && active === 0, 'the run after the first poke');
  loop.poke();
  await until(() => runs === 3, 'the third run');
  await loop.close();
  assert.equal(runs, 3);
});
