/** What is black or silent is left for what is seen to be fit, and for nothing less. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FitnessState } from '../../../src/lib/media/fitness.ts';
import { RETURN_MS } from '../../../src/lib/pipeline/source-switch.ts';
import { assertAllWhole, FRAME_MS, SourceBench, twoEncoders } from '../../support/source-bench.ts';

for (const state of ['black', 'silent'] as const) {
  test(`a ${state} publisher gives way to one that is fit, and is returned to 10 s after it is fit again`, () => {
    const bench = twoEncoders();
    bench.see('us', 'doubtful');
    bench.run(10);
    assert.equal(bench.heard.at(-1), 'other 1');
    bench.see('us', state);
    bench.run(1);
    assert.equal(bench.heard.at(-1), 'other 2');
    bench.run(1000);
    assert.equal(bench.heard.at(-1), 'other 2', `still ${state}`);
    bench.see('us', 'fit');
    bench.run(RETURN_MS / FRAME_MS - 1);
    assert.equal(bench.heard.at(-1), 'other 2');
    bench.run(2);
    assert.equal(bench.heard.at(-1), 'other 1');
  });
}

const reserves: FitnessState[] = ['unknown', 'doubtful', 'black', 'silent'];
for (const state of reserves) {
  test(`a black publisher is kept while the reserve is ${state}`, () => {
    const bench = twoEncoders();
    bench.see('eu', state);
    bench.see('us', 'black');
    bench.run(500);
    assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  });
}

test('nothing known of the active one is no reason to leave it', () => {
  const bench = twoEncoders();
  bench.see('us', 'unknown');
  bench.run(500);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
});

test('when nobody can look any more at a publisher that was black it is not returned to', () => {
  const bench = twoEncoders();
  bench.see('us', 'black');
  bench.run(1);
  bench.see('us', 'unknown');
  bench.run(1000);
  assert.equal(bench.heard.at(-1), 'other 2');
});

test('a black reserve is better than none', () => {
  const bench = twoEncoders();
  bench.see('eu', 'black');
  bench.disconnect('us');
  assert.equal(bench.heard.at(-1), 'other 2');
});

test('one encoder that sends black to both regions changes nothing', () => {
  const bench = new SourceBench({ us: {}, eu: { lag: 2 } });
  bench.connect('us');
  bench.connect('eu');
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  for (const state of ['doubtful', 'black', 'fit'] as const) {
    bench.run(50);
    bench.see('us', state);
    bench.run(2);
    bench.see('eu', state);
  }
  bench.run(500);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  assertAllWhole(bench);
});

test('a black publisher that sends the same media as the reserve is left without a loss', () => {
  const bench = new SourceBench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  bench.run(20);
  bench.see('us', 'silent');
  bench.run(400);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
  assertAllWhole(bench);
});

test('whatever is seen, a publisher is left only for one that is fit, and never twice within 10 s to and fro', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu'),
    state: fc.constantFrom<FitnessState>('unknown', 'fit', 'doubtful', 'black', 'silent'),
    steps: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const bench = twoEncoders();
      const now: Record<string, FitnessState> = { us: 'fit', eu: 'fit' };
      for (const { place, state, steps } of events) {
        const changes = bench.heard.length;
        now[place] = state;
        bench.see(place, state);
        bench.run(steps);
        if (bench.heard.length === changes) continue;
        const [active, other] = bench.heard.at(-1) === 'other 1' ? ['us', 'eu'] : ['eu', 'us'];
        const isForced = ['black', 'silent'].includes(now[other]!) && now[active] === 'fit';
        const isReturn = active === 'us' && !['black', 'silent', 'doubtful'].includes(now.us!);
        assert.ok(isForced || isReturn, `${active} ${now[active]}, ${other} ${now[other]}`);
      }
    }),
    { numRuns: 300 },
  );
});
