import assert from 'node:assert/strict';
import { test } from 'node:test';
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
