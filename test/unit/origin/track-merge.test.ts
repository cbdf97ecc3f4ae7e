import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FeedFrame, HelloMessage } from '../../../src/lib/feed/message.ts';
import { Feed } from '../../../src/lib/origin/feeds/feed.ts';
import { type LeadChange, type QueuedPart, TrackMerge } from '../../../src/lib/origin/feeds/track-merge.ts';
import { TrackWindow } from '../../../src/lib/origin/window/track-window.ts';
import {
  hello,
  init,
  PARTS,
  type PartOptions,
  part,
  SEGMENT_SEC,
  VIDEO,
} from '../../support/synthetic-feed.ts';

const PART_MS = 500;
const FIRST = 100;

interface Arrival {
  readonly atMs: number;
  readonly feed: string;
  readonly part: QueuedPart;
}

/** The n-th part of the track, from the first segment on. */
const nth = (n: number, options: Partial<PartOptions> = {}): QueuedPart =>
  part({ msn: FIRST + Math.floor(n / PARTS), part: n % PARTS, ...options }) as FeedFrame as QueuedPart;

const nameOf = ({ message }: QueuedPart): string => `${message.msn}.${message.part}`;

interface Taken {
  readonly part: string;
  readonly feed: string;
  readonly atMs: number;
}

/** Plays arrivals in the order of their time, and every moment at which the merge wants to be asked again. */
function play(arrivals: readonly Arrival[], gone: Readonly<Record<string, number>> = {}) {
  const window = new TrackWindow(
    { timescale: VIDEO.timescale, segmentSec: SEGMENT_SEC },
    { completed: () => undefined, dropped: () => undefined },
  );
  const feeds = new Map(
    [...new Set(arrivals.map(({ feed }) => feed))].map((name) => {
      const feed = new Feed({ from: null, sinceMs: 0, drop: () => undefined });
      feed.hello = { ...(hello().message as HelloMessage), replica: name };
      return [name, feed] as const;
    }),
  );
  const taken: Taken[] = [];
  const changes: (LeadChange & { readonly atMs: number })[] = [];
  let nowMs = 0;
  const merge = new TrackMerge({
    window: () => window,
    partMs: () => PART_MS,
    put: (one, feed) => {
      const added = window.acceptPart(one.message, one.body);
      if (added) taken.push({ part: nameOf(one), feed: feed.replica!, atMs: nowMs });
      return added;
    },
    onLead: (change) => changes.push({ ...change, atMs: nowMs }),
  });
  const passTo = (ms: number): void => {
    for (let due = merge.dueMs(nowMs); due !== null && due <= ms; due = merge.dueMs(nowMs)) {
      nowMs = due;
      merge.drain(nowMs);
    }
    nowMs = ms;
  };
  const ends = Object.entries(gone).map(([name, atMs]) => ({ atMs, feed: name, part: null }));
  for (const event of [...arrivals, ...ends].toSorted((a, b) => a.atMs - b.atMs)) {
    passTo(event.atMs);
    const feed = feeds.get(event.feed)!;
    if (event.part === null) merge.remove(feed, nowMs);
    else {
      feed.note(event.part, nowMs);
      merge.take(feed, event.part, nowMs);
    }
  }
  passTo(nowMs + 10 * PART_MS);
  return { window, taken, changes };
}

/** Parts `from` to `to` (exclusive) of a feed that is `lagMs` late. */
const steady = (feed: string, from: number, { to = 24, lagMs = 0 } = {}): Arrival[] =>
  Array.from({ length: to - from }, (_, i) => ({
    ...{ atMs: (from + i) * PART_MS + lagMs, feed, part: nth(from + i) },
  }));

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => nameOf(nth(n)));

test('two feeds however late, one of which ends anywhere, fill the window as one feed would', () => {
  const lags = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(lags, lags, fc.integer({ min: 0, max: 24 }), fc.boolean(), (a, b, dies, closes) => {
      const arrivals = [
        ...steady('a', 0, { to: dies }).map((one, n) => ({ ...one, atMs: one.atMs + a[n]! })),
        ...steady('b', 0).map((one, n) => ({ ...one, atMs: one.atMs + b[n]! })),
      ];
      const { window, taken } = play(arrivals, closes && dies > 0 ? { a: dies * PART_MS } : {});
      assert.deepEqual(
        taken.map((one) => one.part),
        names(24),
      );
      assert.ok(window.segments.every(({ gap, discontinuity }) => !gap && !discontinuity));
      for (const [n, { atMs }] of taken.entries()) {
        const firstMs = Math.min(
          ...arrivals.filter((one) => nameOf(one.part) === taken[n]!.part).map((one) => one.atMs),
        );
        const patientMs = (taken[n - 1]?.atMs ?? 0) + 1.1 * PART_MS;
        assert.ok(atMs <= Math.max(firstMs, patientMs) + 1e-6, `part ${n} waited until ${atMs}`);
      }
    }),
  );
});

for (const [delayMs, afterMs] of [
  [0, 1.1 * PART_MS],
  [150, PART_MS + 150],
  [360, PART_MS + 360],
]) {
  test(`a leader that freezes costs ${afterMs} ms when the other one is late by ${delayMs} ms, as its own source froze, too`, () => {
    const late = steady('b', 0).map((one, n) => ({ ...one, atMs: one.atMs + (n >= 6 ? delayMs! : 20) }));
    const { changes } = play([...steady('a', 0, { to: 6 }), ...late]);
    const change = changes.find(({ from }) => from?.replica === 'a');
    assert.deepEqual([change?.to.replica, change?.why, change?.afterMs], ['b', 'missing', afterMs]);
  });
}

test('whoever is first with a segment leads all of it, though another feed is a little earlier with a part', () => {
  const a = steady('a', 0, { to: 8 });
  const b = steady('b', 0, { to: 8, lagMs: 20 }).map((one, n) =>
    n % PARTS === 2 ? { ...one, atMs: one.atMs - 40 } : one,
  );
  const { taken } = play([...a, ...b]);
  assert.ok(taken.every(({ feed }) => feed === 'a'));
});

test('the quicker feed leads from the next segment on', () => {
  const slow = steady('slow', 0, { to: 12, lagMs: 80 });
  const { taken } = play([...slow, ...steady('quick', 2, { to: 12 })]);
  const byFeed = taken.map(({ feed }) => feed);
  assert.deepEqual(byFeed, [...Array(4).fill('slow'), ...Array(8).fill('quick')]);
});

for (const fault of ['ends', 'hangs'] as const) {
  test(`a leader that ${fault} costs at most 1.1 part targets from its last part on`, () => {
    for (let dies = 1; dies < 12; dies++) {
      const lastMs = (dies - 1) * PART_MS;
      const gone = fault === 'ends' ? { a: lastMs + 10 } : {};
      const { taken, changes } = play(
        [...steady('a', 0, { to: dies }), ...steady('b', 0, { lagMs: 30 })],
        gone,
      );
      assert.equal(taken.length, 24);
      assert.ok(taken[dies]!.atMs - lastMs <= 1.1 * PART_MS, `${taken[dies]!.atMs - lastMs} ms`);
      assert.equal(changes.at(-1)!.to.replica, 'b');
    }
  });
}

test('a feed that joins in the next segment does not cut off the one that is being filled', () => {
  const late = steady('late', 8, { lagMs: -100 });
  const { taken, window } = play([...steady('a', 0, { to: 24, lagMs: 450 }), ...late]);
  assert.deepEqual(
    taken.map((one) => one.part),
    names(24),
  );
  assert.ok(window.segments.every(({ parts }) => parts.length === PARTS));
});

test('what both feeds leave out is left out at once; what one of them leaves out is taken from the other', () => {
  const hole = (one: Arrival): boolean => one.part.message.msn !== FIRST + 2;
  const both = play([...steady('a', 0).filter(hole), ...steady('b', 0, { lagMs: 40 }).filter(hole)]);
  assert.equal(both.window.find(FIRST + 2)!.gap, true);
  assert.equal(both.taken.find((one) => one.part === `${FIRST + 3}.0`)!.atMs, 12 * PART_MS);
  const one = play([...steady('a', 0).filter(hole), ...steady('b', 0, { lagMs: 40 })]);
  assert.deepEqual(
    one.taken.map((each) => each.part),
    names(24),
  );
});

test('a hole of the only feed is not waited for', () => {
  const { taken } = play(steady('a', 0).filter(({ part: one }) => one.message.msn !== FIRST + 2));
  assert.equal(taken.find((one) => one.part === `${FIRST + 3}.0`)!.atMs, 12 * PART_MS);
});

for (const [what, options] of [
  ['starts elsewhere', { shiftSec: 0.1 }],
  ['has other frames', { frames: 14 }],
  ['has another init segment', { initId: init(VIDEO, 'another').initId }],
] as const) {
  test(`a feed whose media ${what} is not mixed in, and taken from a segment on when nothing else is left`, () => {
    const odd = steady('odd', 0, { lagMs: -20 }).map((one, n) => ({ ...one, part: nth(n, options) }));
    const right = steady('right', 0, { to: 14 });
    const start: Arrival = { atMs: -100, feed: 'right', part: nth(0) };
    const { taken } = play([start, ...right.slice(1), ...odd]);
    assert.deepEqual(
      taken.slice(0, 14).map(({ feed }) => feed),
      Array(14).fill('right'),
    );
    assert.equal(taken[14]!.feed, 'odd');
    assert.ok(taken.at(-1)!.part === nameOf(nth(23)));
  });
}

test('the picture is preferred to the slate while both are the same otherwise', () => {
  const slate = steady('a', 0, { lagMs: -50 }).map((one, n) =>
    n >= 6 ? { ...one, part: nth(n, { slate: true }) } : one,
  );
  const { taken } = play([...slate, ...steady('b', 0)]);
  assert.deepEqual(
    taken.slice(6).map(({ feed }) => feed),
    Array(18).fill('b'),
  );
  const alone = play([...slate, ...steady('b', 0, { to: 10 })]);
  assert.equal(alone.taken.length, 24);
});

test('a feed that comes back after a freeze with old parts takes part again without a fault', () => {
  const frozen = steady('a', 0).map((one, n) =>
    n >= 7 && n < 13 ? { ...one, atMs: 13 * PART_MS + n } : one,
  );
  const { taken, window } = play([...frozen, ...steady('b', 0, { lagMs: 60 })]);
  assert.deepEqual(
    taken.map((one) => one.part),
    names(24),
  );
  assert.equal(taken.at(-1)!.feed, 'a');
  assert.ok(window.segments.every(({ discontinuity }) => !discontinuity));
});
