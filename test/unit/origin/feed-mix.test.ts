import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FeedFrame } from '../../../src/lib/feed/message.ts';
import { Feed } from '../../../src/lib/origin/feeds/feed.ts';
import { FeedMix } from '../../../src/lib/origin/feeds/feed-mix.ts';
import { judgePlaylist } from '../../../src/lib/origin/window/judge-request.ts';
import { LiveStream } from '../../../src/lib/origin/window/live-stream.ts';
import { AUDIO, byReplica, opening, PARTS, part, status, VIDEO } from '../../support/synthetic-feed.ts';

const PART_MS = 500;
const FIRST = 900_000_000;
const START_MS = FIRST * 2000;

const nth = (n: number): FeedFrame => part({ msn: FIRST + Math.floor(n / PARTS), part: n % PARTS });

test('a part that waited for its turn is no sign of life when it gets it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = START_MS;
  const live = new LiveStream('demo', { completed: () => undefined, dropped: () => undefined });
  const mix = new FeedMix({
    live,
    accept: (one, arrivedMs = nowMs) => live.accept(one, arrivedMs),
    nowMs: () => nowMs,
  });
  t.after(() => mix.close());
  const pass = (ms: number): void => {
    for (let step = 0; step < ms; step += 5) {
      nowMs += 5;
      t.mock.timers.tick(5);
    }
  };
  const [whole, holed] = ['us-1', 'eu-1'].map((replica) => {
    const feed = new Feed({ from: null, sinceMs: nowMs, drop: () => undefined });
    mix.attach(feed);
    for (const one of byReplica(replica, opening([VIDEO]))) mix.take(feed, one);
    return feed;
  }) as [Feed, Feed];
  for (let n = 0; n < 6; n++) {
    pass(PART_MS);
    mix.take(whole, nth(n));
  }
  // The rest of the segment comes from nobody; all are silent from here on.
  for (let n = 2 * PARTS; n < 2 * PARTS + 2; n++) mix.take(holed, nth(n));
  const lastMs = nowMs;
  pass(700);
  assert.equal(live.windows.get('360p')?.segments.at(-1)?.msn, FIRST + 2, 'a hole is better than nothing');
  assert.equal(live.fresh('360p', lastMs + 1.5 * PART_MS), true);
  assert.equal(live.fresh('360p', lastMs + 1.5 * PART_MS + 1), false);
  assert.equal(live.deadMs('360p'), lastMs + 1.5 * PART_MS);
});

test('what a feed sends again to a new reader is not served as live until it has come to its end', (t) => {
  const nowMs = START_MS + 10_000;
  const live = new LiveStream('demo', { completed: () => undefined, dropped: () => undefined });
  const mix = new FeedMix({ live, accept: (one) => live.accept(one, nowMs), nowMs: () => nowMs });
  t.after(() => mix.close());
  const feed = new Feed({ from: null, sinceMs: nowMs, drop: () => undefined });
  mix.attach(feed);
  const playlist = { track: VIDEO.id, directives: { msn: null, part: null, delta: false } };
  const outcome = () => judgePlaylist(live, playlist, nowMs).outcome;
  // Track after track, as an origin replays them: the picture ends here while the sound is still to come.
  for (const one of opening().slice(0, -1)) mix.take(feed, one);
  for (let n = 0; n < 19; n++) {
    mix.take(feed, nth(n));
    assert.equal(outcome(), 'wait', `part ${n}`);
  }
  mix.take(feed, part({ msn: FIRST, part: 0, track: AUDIO }));
  assert.equal(outcome(), 'wait');
  let served = false;
  const waiting = live.signal.wait(() => {
    served = outcome() === 'serve';
    return served;
  }, 1000);
  mix.take(feed, status('live'));
  assert.equal(served, true, 'and who waited is told');
  waiting.cancel();
});

/** A mix of feeds of these replicas, at a time that a test sets. */
function mixOf(t: TestContext, replicas: readonly string[], startMs: number) {
  const time = { nowMs: startMs };
  const live = new LiveStream('demo', { completed: () => undefined, dropped: () => undefined });
  const mix = new FeedMix({
    live,
    accept: (one, arrivedMs = time.nowMs) => live.accept(one, arrivedMs),
    nowMs: () => time.nowMs,
  });
  t.after(() => mix.close());
  const feeds = replicas.map((replica) => {
    const feed = new Feed({ from: null, sinceMs: startMs, drop: () => undefined });
    mix.attach(feed);
    for (const one of byReplica(replica, opening([VIDEO]))) mix.take(feed, one);
    return feed;
  });
  return { time, live, mix, feeds, msns: () => live.windows.get('360p')?.segments.map(({ msn }) => msn) };
}

test('media of the future is not heard, and makes nobody else look late', (t) => {
  const { time, live, mix, feeds, msns } = mixOf(t, ['us-1', 'eu-1'], START_MS);
  const [right, future] = feeds as [Feed, Feed];
  for (let n = 0; n < 8 * PARTS; n++, time.nowMs += PART_MS) {
    mix.take(future, nth(n + 30 * PARTS));
    mix.take(right, nth(n));
  }
  assert.deepEqual(
    msns(),
    [0, 1, 2, 3, 4, 5, 6, 7].map((n) => FIRST + n),
  );
  assert.deepEqual([right.drift, future.lastPartMs], [null, null]);
  assert.equal(live.fresh('360p', time.nowMs), true);
});

test('a window of the future, written by a clock that was ahead, is left for media of now', (t) => {
  const aheadMs = 600_000;
  const { time, live, mix, feeds, msns } = mixOf(t, ['us-1'], START_MS + aheadMs);
  const [feed] = feeds as [Feed];
  const first = (aheadMs / PART_MS) | 0;
  for (let n = first; n < first + 2 * PARTS; n++, time.nowMs += PART_MS) mix.take(feed, nth(n));
  assert.equal(live.fresh('360p', time.nowMs), true);
  time.nowMs -= aheadMs;
  assert.equal(live.fresh('360p', time.nowMs), false, 'nothing of it is the live edge');
  for (let n = 2 * PARTS; n < 4 * PARTS; n++, time.nowMs += PART_MS) mix.take(feed, nth(n));
  assert.deepEqual(msns(), [FIRST + 2, FIRST + 3]);
  assert.equal(live.fresh('360p', time.nowMs), true);
});

test('media that is ahead by what clocks may differ is taken', (t) => {
  const { time, mix, feeds, msns } = mixOf(t, ['us-1'], START_MS);
  time.nowMs = START_MS - 14_000;
  for (let n = 0; n < PARTS; n++) mix.take(feeds[0]!, nth(n));
  assert.deepEqual(msns(), [FIRST]);
});

for (const [what, goesOn, expected] of [
  ['ends the stream, though the other replica was a little later and is not read any more', false, 'ended'],
  ['ends nothing when the other replica has gone on since', true, 'slate'],
] as const) {
  test(`a replica that ended and went ${what}`, (t) => {
    const { live, mix, feeds } = mixOf(t, ['us-1', 'eu-1'], START_MS);
    const [first, second] = feeds as [Feed, Feed];
    for (const feed of feeds) mix.take(feed, status('slate'));
    mix.take(first, status('ended'));
    assert.equal(live.status?.state, 'slate', 'the other one goes on');
    mix.detach(first);
    if (goesOn) mix.take(second, status('slate'));
    mix.detach(second);
    assert.equal(live.status?.state, expected);
  });
}
