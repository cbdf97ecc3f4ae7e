/** Whether the reserve goes on behind the very last tag or begins anew: one encoder or two. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAllWhole, assertWhole, EPOCH_MS, SourceBench } from '../../support/source-bench.ts';

for (const lag of [0, 3, -4]) {
  test(`one encoder at two regions: a cut goes on behind the very last tag, the reserve ${lag} frames late`, () => {
    const bench = new SourceBench({ us: {}, eu: { lag } });
    bench.run(10);
    bench.connect('us');
    bench.connect('eu');
    bench.run(60);
    bench.disconnect('us');
    bench.run(60);
    assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
    assertAllWhole(bench);
    assert.equal(bench.fed.video.at(-1), bench.step - lag);
  });
}

test('another encoder begins anew, at its key frame before what was fed last', () => {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(60);
  bench.disconnect('us');
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'start 2', 'other 2']);
  assert.deepEqual(bench.fed.video.slice(-11), [50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
});

test('the same pictures on another clock are another session', () => {
  const bench = new SourceBench({ us: {}, eu: { epochMs: EPOCH_MS + 3 } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(60);
  bench.disconnect('us');
  assert.deepEqual(bench.heard.slice(-2), ['start 2', 'other 2']);
});

test('a sound that ended long ago does not make two sessions of one encoder differ', () => {
  const bench = new SourceBench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(20);
  bench.tracks = ['video'];
  bench.run(130);
  bench.disconnect('us');
  bench.run(20);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
  assertWhole(bench.fed.video);
});
