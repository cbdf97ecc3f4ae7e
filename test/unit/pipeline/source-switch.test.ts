/** When a session is left and returned to: silence, cuts, and stand-stills of the replica itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RETURN_MS } from '../../../src/lib/pipeline/source-switch.ts';
import { assertAllWhole, EPOCH_MS, FRAME_MS, SourceBench } from '../../support/source-bench.ts';

test('with another encoder in reserve a silence of 0.3 s is enough to change', () => {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(7, ['us']);
  assert.equal(bench.heard.at(-1), 'other 1', '280 ms of silence');
  bench.run(1, ['us']);
  assert.equal(bench.heard.at(-1), 'other 2', '320 ms of silence');
});

test('with the same media in reserve 0.15 s are enough, and the way back is taken after 10 s without a break', () => {
  const bench = new SourceBench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(3, ['us']);
  assert.equal(bench.heard.at(-1), 'other 1', '120 ms of silence');
  bench.run(1, ['us']);
  assert.equal(bench.heard.at(-1), 'same 2', '160 ms of silence');
  bench.run(20, ['us']);
  bench.run(RETURN_MS / FRAME_MS - 2);
  assert.equal(bench.heard.at(-1), 'same 2');
  bench.run(5);
  assert.equal(bench.heard.at(-1), 'same 1');
  assertAllWhole(bench);
});

test('nothing changes while all are silent', () => {
  const bench = new SourceBench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(50, ['us', 'eu']);
  bench.run(50);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  assertAllWhole(bench);
});

test('a replica that stood still itself blames nobody', () => {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('eu');
  bench.connect('us');
  bench.run(10);
  const before = [...bench.heard];
  bench.run(50, ['us', 'eu']);
  bench.run(RETURN_MS / FRAME_MS / 2);
  assert.deepEqual(bench.heard, before);
});

test('a replica that stands still now and then does not take a session for alive that is silent', () => {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(20);
  for (let round = 0; round < 20; round++) {
    bench.run(20, ['us']);
    bench.run(8, ['us', 'eu']);
  }
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'start 2', 'other 2']);
});

test('the oldest session is read whichever answers first', () => {
  const bench = new SourceBench({ us: {}, eu: {} });
  bench.connect('eu');
  bench.run(5);
  assert.deepEqual(bench.heard, ['start 2', 'other 2']);
  bench.connect('us');
  bench.run(5);
  assert.deepEqual(bench.heard.slice(2), ['same 1']);
  assertAllWhole(bench);
});

test('a session that is cut and answered again goes on, and ends are told when no other delivers', () => {
  const bench = new SourceBench({ us: {} });
  bench.connect('us');
  bench.run(60);
  bench.disconnect('us');
  assert.equal(bench.heard.at(-1), 'end');
  bench.connect('us');
  bench.run(10);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'end', 'same 1']);
  assertAllWhole(bench);
});

test('whatever is lost and comes back, pictures and sounds stay in order and nothing is given twice', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu', 'ap'),
    what: fc.constantFrom('connect', 'disconnect', 'silent', 'none'),
    steps: fc.integer({ min: 1, max: 40 }),
  });
  const lags = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), lags, (events, [late, later]) => {
      const bench = new SourceBench({ us: {}, eu: { lag: late }, ap: { lag: later } });
      bench.connect('us');
      bench.connect('eu');
      bench.run(20);
      for (const { place, what, steps } of events) {
        if (what === 'connect' && !bench.isOpen(place)) bench.connect(place);
        if (what === 'disconnect' && bench.isOpen(place)) bench.disconnect(place);
        bench.run(steps, what === 'silent' ? [place] : []);
      }
      const starts = bench.heard.filter((word) => word.startsWith('start')).length;
      for (const steps of [bench.fed.video, bench.fed.audio]) {
        // A start with a hole may decode from a key frame that was fed: whoever listens drops what it has.
        const back = steps.filter((step, index) => index > 0 && step <= steps[index - 1]!).length;
        assert.ok(back < starts, `${back} times back with ${starts} starts`);
      }
      if (starts === 1) assertAllWhole(bench);
    }),
    { numRuns: 300 },
  );
});

test('with one region always there, nothing is lost or repeated whatever happens to the other', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu'),
    what: fc.constantFrom('cut', 'silent', 'none'),
    steps: fc.integer({ min: 3, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 0, max: 6 }), (events, lag) => {
      const bench = new SourceBench({ us: {}, eu: { lag } });
      bench.connect('us');
      bench.connect('eu');
      bench.run(20);
      for (const { place, what, steps } of events) {
        if (what === 'cut') bench.disconnect(place);
        bench.run(steps, what === 'silent' ? [place] : []);
        if (what === 'cut') bench.connect(place);
        bench.run(20);
      }
      assert.deepEqual(bench.heard.filter((word) => word.startsWith('start')).length, 1);
      assertAllWhole(bench);
    }),
    { numRuns: 300 },
  );
});

test('a publisher who is back with another clock is read from its first tag on', () => {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two', epochMs: EPOCH_MS + 7.5 } });
  bench.connect('us');
  bench.run(30);
  bench.disconnect('us');
  bench.run(10);
  bench.connect('eu');
  assert.equal(bench.heard.at(-1), 'other 2');
});
