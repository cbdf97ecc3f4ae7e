import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FeedFrame, HelloMessage } from '../../../src/lib/feed/message.ts';
import { Feed } from '../../../src/lib/origin/feeds/feed.ts';
import { FeedMix } from '../../../src/lib/origin/feeds/feed-mix.ts';
import { LiveStream } from '../../../src/lib/origin/window/live-stream.ts';
import {
  byReplica,
  frame,
  hello,
  init,
  opening,
  PARTS,
  type PartOptions,
  part,
  VIDEO,
} from '../../support/synthetic-feed.ts';

const PART_MS = 500;
/** Its first segment begins at this Unix time. */
const FIRST = 900_000_000;
const START_MS = FIRST * 2000;

interface Replica {
  readonly lagMs?: number;
  /** Number of its first part. */
  readonly from?: number;
  /** The parts that it makes in place of the n-th; by default as all do. */
  readonly make?: (n: number) => readonly FeedFrame[];
  /** Milliseconds later than on time that the n-th part comes. */
  readonly lateMs?: (n: number) => number;
}

const nth = (n: number, options: Partial<PartOptions> = {}): FeedFrame =>
  part({ msn: FIRST + Math.floor(n / PARTS), part: n % PARTS, ...options });

/** Plays so many parts of each replica on one clock, and returns the feeds and what was served. */
function play(t: TestContext, replicas: Readonly<Record<string, Replica>>, count = 24) {
  let nowMs = START_MS;
  const live = new LiveStream('demo', { completed: () => undefined, dropped: () => undefined });
  const mix = new FeedMix({ live, accept: (one) => live.accept(one, nowMs), nowMs: () => nowMs });
  t.after(() => mix.close());
  const feeds: Record<string, Feed> = {};
  const named: Record<string, number> = {};
  const arrivals = Object.entries(replicas).flatMap(([name, { lagMs = 0, from = 0, make, lateMs }], i) => {
    const feed = new Feed({ from: null, sinceMs: nowMs, drop: () => undefined });
    feeds[name] = feed;
    mix.attach(feed);
    const at = (n: number): number => START_MS + (n + 1) * PART_MS + lagMs + (lateMs?.(n) ?? 0);
    const parts = Array.from({ length: count - from }, (_, k) => {
      const n = from + k;
      return { atMs: at(n), feed, frames: make?.(n) ?? [nth(n)] };
    });
    return [{ atMs: START_MS + i, feed, frames: byReplica(name, opening([VIDEO])) }, ...parts];
  });
  for (const { atMs, feed, frames } of arrivals.toSorted((a, b) => a.atMs - b.atMs)) {
    nowMs = atMs;
    for (const one of frames) mix.take(feed, one);
    for (const [name, { drift }] of Object.entries(feeds)) if (drift !== null) named[name] ??= atMs;
  }
  return { live, feeds, named };
}

const odd = (options: Partial<PartOptions>) => (n: number) => [nth(n, options)];

for (const [what, make, difference] of [
  ['starts elsewhere', odd({ shiftSec: 0.04 }), 'start'],
  ['has other frames', odd({ frames: 14 }), 'frames'],
  ['has another init segment', odd({ initId: init(VIDEO, 'other').initId }), 'init'],
  ['numbers its segments otherwise', (n: number) => [nth(n + PARTS, { shiftSec: -2 })], 'msn'],
] as const) {
  test(`a replica that ${what} is named after three segments, and what was served goes on`, (t) => {
    const { live, feeds, named } = play(t, { right: {}, odd: { lagMs: 40, make } });
    assert.equal(feeds.right!.drift, null);
    assert.deepEqual(feeds.odd!.drift?.differs, [difference]);
    assert.ok(named.odd! - START_MS <= 3 * 2000 + 100, `named after ${named.odd! - START_MS} ms`);
    const { segments } = live.windows.get('360p')!;
    assert.deepEqual(
      segments.map(({ msn, gap, frames }) => [msn, gap, frames]),
      Array.from({ length: 6 }, (_, i) => [FIRST + i, false, 15 * PARTS]),
    );
  });
}

test('numbers off the grid are wrong though they were served first', (t) => {
  const make = (n: number): FeedFrame[] => [nth(n + PARTS, { shiftSec: -2 })];
  const { live, feeds } = play(t, { odd: { make }, right: { lagMs: 100 } }, 40);
  assert.deepEqual(feeds.odd!.drift?.differs, ['msn']);
  assert.equal(feeds.right!.drift, null);
  const last = live.windows.get('360p')!.segments.at(-1)!;
  assert.equal(last.msn, FIRST + 9, 'the replica on the grid took over');
});

test('of three replicas the one that differs from the two others is wrong, though it was served', (t) => {
  const make = odd({ frames: 14 });
  const { live, feeds } = play(t, { odd: { make }, one: { lagMs: 80 }, two: { lagMs: 90 } }, 40);
  assert.deepEqual(feeds.odd!.drift?.differs, ['frames']);
  assert.deepEqual([feeds.one!.drift, feeds.two!.drift], [null, null]);
  assert.equal(live.windows.get('360p')!.segments.at(-1)!.frames, 15 * PARTS);
});

test('a replica that is the same again is no longer named', (t) => {
  const make = (n: number): FeedFrame[] => [nth(n, n < 16 ? { frames: 14 } : {})];
  const { feeds, named } = play(t, { right: {}, odd: { lagMs: 40, make } });
  assert.ok(named.odd !== undefined);
  assert.equal(feeds.odd!.drift, null);
});

test('a replica that stays segments behind is named, one that catches up is not', (t) => {
  const slow = play(t, { right: {}, slow: { lateMs: (n) => Math.min(6000, n * 300) } }, 60);
  assert.ok(slow.named.slow! - START_MS < 26_000);
  assert.equal(slow.feeds.slow!.drift, null, 'the other has ended, it is the newest now');
  const hiccup = play(
    t,
    { right: {}, slow: { lateMs: (n) => Math.max(0, 3000 - Math.abs(n - 20) * 450) } },
    60,
  );
  assert.deepEqual(hiccup.named, {});
});

test('no alarm: a start in the middle of a segment, a freeze and thaw, one segment that differs, another lag', (t) => {
  for (const replica of [
    { from: 6 },
    // Begins in the middle of a segment, with parts cut from there.
    { from: 8, make: (n: number) => [nth(n, n < 8 ? { shiftSec: 0.3, frames: 6 } : {})] },
    { make: (n: number) => [nth(n, n >= 8 && n < 12 ? { frames: 9 } : {})] },
    // Frozen for 4 s, then all at once, with slate and other frames for what it missed.
    {
      lateMs: (n: number) => (n >= 8 && n < 16 ? (16 - n) * PART_MS : 0),
      make: (n: number) => [nth(n, n >= 8 && n < 16 ? { frames: 7, slate: true } : {})],
    },
    { lagMs: 900 },
  ]) {
    const { named } = play(t, { right: {}, other: { lagMs: 50, ...replica } }, 40);
    assert.deepEqual(named, {}, JSON.stringify(replica));
  }
});

test('another part target or segment duration is named', (t) => {
  const other = { ...hello().message, replica: 'odd', partSec: 0.4 } as HelloMessage;
  const make = (n: number): FeedFrame[] => (n === 0 ? [frame(other), nth(0)] : [nth(n)]);
  const { feeds } = play(t, { right: {}, odd: { lagMs: 40, make } });
  assert.deepEqual(feeds.odd!.drift?.differs, ['grid']);
});
