import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EpochTracker, measureEpoch, type Timing } from '../../../src/lib/media/epoch.ts';

const START_MS = 1_800_000_000_000;

const tables: [string, [arrivalMs: number, timestampMs: number][], number | null][] = [
  ['nothing arrived', [], null],
  ['one packet', [[START_MS + 7, 0]], START_MS + 7],
  [
    'the least delayed packet wins',
    [
      [START_MS + 50, 0],
      [START_MS + 44, 40],
      [START_MS + 99, 80],
    ],
    START_MS + 4,
  ],
  ['timestamps that do not begin at 0', [[START_MS, 5000]], START_MS - 5000],
];
for (const [name, arrivals, epochMs] of tables) {
  test(`epoch: ${name}`, () => {
    assert.equal(
      measureEpoch(arrivals.map(([arrivalMs, timestampMs]) => ({ arrivalMs, timestampMs }))),
      epochMs,
    );
  });
}

/** Sends frames of 40 ms; `lagMs` tells how late each arrives and `stampMs` what its timestamp is. */
function play(
  tracker: EpochTracker,
  frames: number,
  shape: { lagMs?: (t: number) => number; stampMs?: (t: number) => number } = {},
): { at: number; timing: Timing }[] {
  const judged: { at: number; timing: Timing }[] = [];
  for (let t = 0; t < frames * 40; t += 40) {
    const timing = tracker.judge({
      arrivalMs: START_MS + t + (shape.lagMs?.(t) ?? 0),
      timestampMs: shape.stampMs?.(t) ?? t,
      track: 'video',
    });
    if (timing !== 'fine' && timing !== 'measuring') judged.push({ at: t, timing });
  }
  return judged;
}

test('a steady publisher is anchored once, after 200 ms', () => {
  const tracker = new EpochTracker();
  assert.deepEqual(play(tracker, 1000), [{ at: 200, timing: 'anchored' }]);
  assert.equal(tracker.epochMs, START_MS);
});

test('a stall that the publisher makes up for keeps the epoch', () => {
  const tracker = new EpochTracker();
  // Nothing for 5 s from second 10 on, then all at once within 2 s.
  const lagMs = (t: number): number =>
    t < 10_000 ? 0 : Math.max(0, 15_000 - t + Math.min(2000, (t - 10_000) / 4));
  assert.deepEqual(play(tracker, 750, { lagMs }), [{ at: 200, timing: 'anchored' }]);
});

test('a publisher that stays 2.5 s behind for 3 s is anchored anew', () => {
  const tracker = new EpochTracker();
  const judged = play(tracker, 750, { lagMs: (t) => (t < 10_000 ? 0 : 2500) });
  assert.deepEqual(judged, [
    { at: 200, timing: 'anchored' },
    { at: 13_040, timing: 'behind' },
    { at: 13_240, timing: 'anchored' },
  ]);
  assert.equal(tracker.epochMs, START_MS + 2500);
});

test('a publisher 1.9 s behind is left alone', () => {
  const judged = play(new EpochTracker(), 750, { lagMs: (t) => (t < 10_000 ? 0 : 1900) });
  assert.equal(judged.length, 1);
});

test('timestamps that go back by more than 1 s are a jump at once', () => {
  const tracker = new EpochTracker();
  const judged = play(tracker, 500, { stampMs: (t) => (t < 10_000 ? t : t - 10_000) });
  assert.deepEqual(judged[1], { at: 10_000, timing: 'jumped' });
  assert.equal(tracker.epochMs, START_MS + 10_000);
});

test('timestamps that leap ahead are a jump at once', () => {
  const tracker = new EpochTracker();
  const judged = play(tracker, 500, { stampMs: (t) => (t < 10_000 ? t : t + 3600_000) });
  assert.deepEqual(judged[1], { at: 10_000, timing: 'jumped' });
  assert.equal(tracker.epochMs, START_MS - 3600_000);
});

test('tracks interleaved by up to a second and a half are no jump', () => {
  const tracker = new EpochTracker();
  for (let t = 0; t < 20_000; t += 40) {
    tracker.judge({ arrivalMs: START_MS + t + 1500, timestampMs: t + 1500, track: 'video' });
    assert.notEqual(
      tracker.judge({ arrivalMs: START_MS + t + 1500, timestampMs: t, track: 'audio' }),
      'jumped',
    );
  }
});

test('a publisher faster than real time opens a session every 5 s at most', () => {
  const judged = play(new EpochTracker(), 1000, { stampMs: (t) => t * 10 });
  const jumps = judged.filter(({ timing }) => timing === 'jumped');
  assert.ok(jumps.length >= 2 && jumps.length <= 8, `${jumps.length} in 40 s`);
});

test('a tracker that goes on with a known epoch never measures', () => {
  const tracker = new EpochTracker({ epochMs: START_MS });
  assert.deepEqual(play(tracker, 500), []);
  assert.equal(tracker.epochMs, START_MS);
});

const said: [string, number, { epochMs: number; isSaid: boolean }][] = [
  ['near to what is measured', START_MS - 700, { epochMs: START_MS - 700, isSaid: true }],
  ['10 s away', START_MS - 10_000, { epochMs: START_MS - 10_000, isSaid: true }],
  ['further away', START_MS - 10_001, { epochMs: START_MS, isSaid: false }],
  ['of timestamps before they wrapped', START_MS - 2 ** 32, { epochMs: START_MS, isSaid: true }],
];
for (const [name, saidMs, expected] of said) {
  test(`an epoch that the publisher says, ${name}, is ${expected.isSaid ? 'taken' : 'not believed'}`, () => {
    const tracker = new EpochTracker({ saidMs });
    assert.deepEqual(play(tracker, 500), [{ at: expected.isSaid ? 0 : 200, timing: 'anchored' }]);
    assert.deepEqual({ epochMs: tracker.epochMs, isSaid: tracker.isSaid }, expected);
  });
}

test('media that is later than the epoch by what it was from the start is not behind, also after a restart', () => {
  const tracker = new EpochTracker({ saidMs: START_MS - 5000 });
  assert.deepEqual(play(tracker, 500), [{ at: 0, timing: 'anchored' }]);
  const { epochMs, skewMs } = tracker;
  assert.deepEqual(play(new EpochTracker({ epochMs, skewMs }), 500), []);
});

test('what is sent at once at the beginning does not count as how late the media comes', () => {
  const tracker = new EpochTracker({ saidMs: START_MS });
  // The first 4 s, as a relay keeps them for a target that connects late, then real time.
  const judged = play(tracker, 500, { lagMs: (t) => Math.max(0, 4000 - t) });
  assert.deepEqual(judged, [
    { at: 0, timing: 'anchored' },
    { at: 4200, timing: 'refined' },
  ]);
  const { epochMs, skewMs } = tracker;
  assert.deepEqual([epochMs, skewMs], [START_MS, 0]);
  assert.deepEqual(play(new EpochTracker({ epochMs, skewMs }), 500), []);
});

test('what was said of timestamps that are no more is forgotten', () => {
  const tracker = new EpochTracker({ saidMs: START_MS - 700 });
  play(tracker, 500, { stampMs: (t) => (t < 10_000 ? t : t - 10_000) });
  assert.equal(tracker.epochMs, START_MS + 10_000);
});

test('what leaps ahead right after the timestamps went back is of the future, until it may be a jump again', () => {
  const tracker = new EpochTracker();
  const stampMs = (t: number): number => (t < 10_000 || t >= 12_000 ? t : t - 600_000);
  const judged = play(tracker, 500, { stampMs: (t) => 1_000_000 + stampMs(t) });
  assert.deepEqual(judged.slice(1, 3), [
    { at: 10_000, timing: 'jumped' },
    { at: 10_200, timing: 'anchored' },
  ]);
  const ahead = judged.filter(({ timing }) => timing === 'ahead').map(({ at }) => at);
  assert.deepEqual([ahead[0], ahead.at(-1), ahead.length], [12_000, 14_960, 75]);
  assert.deepEqual(judged.slice(-2), [
    { at: 15_000, timing: 'jumped' },
    { at: 15_200, timing: 'anchored' },
  ]);
  assert.equal(tracker.epochMs, START_MS - 1_000_000);
});

test('one packet of the future does not make those behind it go back', () => {
  const tracker = new EpochTracker();
  const stampMs = (t: number): number => (t < 1000 ? t + 600_000 : t === 2000 ? t + 500_000 : t);
  const judged = play(tracker, 100, { stampMs });
  assert.deepEqual(judged.slice(1), [
    { at: 1000, timing: 'jumped' },
    { at: 1200, timing: 'anchored' },
    { at: 2000, timing: 'ahead' },
  ]);
});

test('a packet of the future is none either while it is found out how late the media comes', () => {
  const tracker = new EpochTracker({ saidMs: START_MS });
  const judged = play(tracker, 500, { stampMs: (t) => (t === 80 ? 7_200_000 : t) });
  assert.deepEqual(judged, [
    { at: 0, timing: 'anchored' },
    { at: 80, timing: 'ahead' },
  ]);
  assert.equal(tracker.skewMs, 0);
});
