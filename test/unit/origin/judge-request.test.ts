import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedFrame } from '../../../src/lib/feed/message.ts';
import {
  judgeMedia,
  judgeMultivariant,
  judgePlaylist,
} from '../../../src/lib/origin/window/judge-request.ts';
import { LiveStream } from '../../../src/lib/origin/window/live-stream.ts';
import { AUDIO, frame, opening, part, segments, status, VIDEO } from '../../support/synthetic-feed.ts';

/** Segment 900000000 of two seconds ends at this Unix time. */
const FIRST = 900_000_000;
const NOW = (FIRST + 3) * 2000;

function streamOf(frames: readonly FeedFrame[], nowMs = NOW): LiveStream {
  const stream = new LiveStream('demo', { completed: () => undefined, dropped: () => undefined });
  for (const one of frames) stream.accept(one, nowMs);
  return stream;
}

/** Two whole segments and two parts of the third: next is FIRST+2, part 2. */
const warm = (): LiveStream =>
  streamOf([
    ...opening([VIDEO]),
    ...segments(FIRST, 2, [VIDEO]),
    part({ msn: FIRST + 2, part: 0 }),
    part({ msn: FIRST + 2, part: 1 }),
  ]);

const asks = (msn: number | null, index: number | null = null, track = VIDEO.id) => ({
  track,
  directives: { msn, part: index, delta: false },
});

for (const [what, msn, index, outcome] of [
  ['no directive', null, null, 'serve'],
  ['a finished segment', FIRST + 1, null, 'serve'],
  ['the unfinished segment', FIRST + 2, null, 'wait'],
  ['a part that is there', FIRST + 2, 1, 'serve'],
  ['the next part', FIRST + 2, 2, 'wait'],
  ['an old segment that has left the window', FIRST - 100, 0, 'serve'],
  ['a part past the last of a finished segment, so the next segment', FIRST + 1, 9, 'serve'],
  ['the first part of the next segment', FIRST + 3, 0, 'wait'],
  ['two segments ahead', FIRST + 4, 0, 'wait'],
  ['three segments ahead', FIRST + 5, 0, 'refuse'],
  ['a part within the advance part limit', FIRST + 2, 8, 'wait'],
  ['a part over the advance part limit', FIRST + 2, 9, 'refuse'],
] as const) {
  test(`a playlist request for ${what} gets: ${outcome}`, () => {
    assert.equal(judgePlaylist(warm(), asks(msn, index), NOW).outcome, outcome);
  });
}

test('a blocking reload waits for three target durations, then 503, and is judged again when no part has come', () => {
  const verdict = judgePlaylist(warm(), asks(FIRST + 2, 2), NOW);
  assert.deepEqual(verdict, { outcome: 'wait', limitMs: 6000, status: 503, againMs: NOW + 750 });
});

test('a playlist without a new part for 1.5 part targets is refused, and so is who waits for one', () => {
  assert.equal(judgePlaylist(warm(), asks(null), NOW + 749).outcome, 'serve');
  for (const request of [asks(null), asks(FIRST + 1), asks(FIRST + 2, 1), asks(FIRST + 2, 2)]) {
    assert.deepEqual(judgePlaylist(warm(), request, NOW + 751), { outcome: 'refuse', status: 503 });
  }
  const hinted = { track: VIDEO.id, msn: FIRST + 2, part: 2 };
  assert.deepEqual(judgeMedia(warm(), hinted, NOW + 751), { outcome: 'refuse', status: 503 });
  assert.deepEqual(judgeMultivariant(warm(), NOW + 751), { outcome: 'refuse', status: 503 });
});

test('while a feed says that it lives a part is waited for, for one target duration by who wants just the playlist', () => {
  const stream = warm();
  stream.accept(status('live'), NOW + 500);
  const [plain, blocking] = [asks(null), asks(FIRST + 2, 2)].map((ask) =>
    judgePlaylist(stream, ask, NOW + 800),
  );
  assert.deepEqual(plain, { outcome: 'wait', limitMs: 2000, status: 503, againMs: NOW + 1250 });
  assert.deepEqual(blocking, { outcome: 'wait', limitMs: 6000, status: 503, againMs: NOW + 1250 });
});

test('media that was old when it arrived is not served as live', () => {
  const stream = streamOf([...opening([VIDEO]), ...segments(FIRST - 30, 3, [VIDEO])]);
  assert.equal(judgePlaylist(stream, asks(null), NOW).outcome, 'wait');
});

test('an ended stream is served at once, whatever part is asked for', () => {
  const stream = warm();
  stream.accept(status('ended'), NOW);
  assert.equal(judgePlaylist(stream, asks(FIRST + 2, 2), NOW + 60_000).outcome, 'serve');
});

test('a stream that is not here yet, or too short to be played, makes the viewer wait', () => {
  for (const stream of [
    streamOf([]),
    streamOf(opening([VIDEO])),
    streamOf([...opening([VIDEO]), part({ msn: FIRST + 2, part: 0 })]),
  ]) {
    assert.equal(judgePlaylist(stream, asks(null), NOW).outcome, 'wait');
  }
});

test('a rendition that does not exist, or was shed, is not found', () => {
  const stream = warm();
  assert.deepEqual(judgePlaylist(stream, asks(null, null, '1080p'), NOW), { outcome: 'refuse', status: 404 });
  stream.accept(frame({ type: 'tracks', tracks: [AUDIO] }), NOW);
  assert.equal(judgePlaylist(stream, asks(null), NOW).outcome, 'refuse');
});

for (const [what, msn, index, outcome] of [
  ['a part that is there', FIRST + 2, 1, 'serve'],
  ['the hinted part', FIRST + 2, 2, 'wait'],
  ['the first part of the next segment', FIRST + 3, 0, 'wait'],
  ['a whole segment', FIRST + 1, null, 'serve'],
  ['the unfinished segment as a whole', FIRST + 2, null, 'wait'],
  ['a part past the last of a finished segment', FIRST + 1, 4, 'refuse'],
  ['a segment that has left the window', FIRST - 1, null, 'refuse'],
  ['a part far ahead', FIRST + 4, 0, 'refuse'],
] as const) {
  test(`a media request for ${what} gets: ${outcome}`, () => {
    assert.equal(judgeMedia(warm(), { track: VIDEO.id, msn, part: index }, NOW).outcome, outcome);
  });
}
