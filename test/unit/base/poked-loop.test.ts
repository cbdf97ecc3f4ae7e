import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPokedLoop } from '../../../src/lib/base/poked-loop.ts';
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

test('a storm of pokes does not shorten the least gap between two runs', async () => {
  const startedMs: number[] = [];
  const loop = startPokedLoop(
    async () => {
      startedMs.push(performance.now());
      setImmediate(() => loop.poke());
    },
    { intervalMs: 3600_000, minGapMs: 20 },
  );
  await until(() => startedMs.length === 5, 'five runs');
  await loop.close();
  const gaps = startedMs.slice(1).map((ms, index) => ms - startedMs[index]!);
  assert.ok(Math.min(...gaps) >= 19, `gaps ${gaps.join(', ')}`);
});

test('its passes leave nothing behind with the signal that lives as long as it does', async (t) => {
  const any = t.mock.method(AbortSignal, 'any');
  let runs = 0;
  const loop = startPokedLoop(
    async () => {
      runs++;
    },
    { intervalMs: 3, minGapMs: 1 },
  );
  await until(() => runs >= 5, 'five runs');
  await loop.close();
  assert.equal(any.mock.callCount(), 0);
});

for (const minGapMs of [0, 3600_000]) {
  test(`close() ends it in the pause, with a least gap of ${minGapMs} ms`, async () => {
    let runs = 0;
    const loop = startPokedLoop(
      async () => {
        runs++;
      },
      { intervalMs: 3600_000, minGapMs },
    );
    await until(() => runs === 1, 'the first run');
    await new Promise(setImmediate);
    await loop.close();
    assert.equal(runs, 1);
  });

  test(`close() while it runs waits for that run alone, with a least gap of ${minGapMs} ms`, async () => {
    let runs = 0;
    let finish = (): void => undefined;
    const loop = startPokedLoop(
      async () => {
        runs++;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      { intervalMs: 3600_000, minGapMs },
    );
    await until(() => runs === 1, 'the first run');
    const closed = loop.close();
    finish();
    await closed;
    assert.equal(runs, 1);
  });
}
