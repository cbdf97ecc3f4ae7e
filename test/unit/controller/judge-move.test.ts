import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLack } from '../../../src/lib/controller/compare-replicas.ts';
import {
  IDLE_LIMIT_MS,
  judgeMove,
  nextPatience,
  VERIFY_LIMIT_MS,
} from '../../../src/lib/controller/judge-move.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';
import { type FactsOptions, liveReport, NOW_MS, placement, roundFacts } from '../../support/round-facts.ts';

const MOVE = { from: 'us-1', to: 'us-2', why: 'home' as const, startedMs: NOW_MS - 4000 };
const MOVING = placement('demo', ['us-1', 'eu-1'], { move: MOVE });
const PATIENCE = { sinceMs: NOW_MS - 4000, idleSinceMs: null };
const joined = (differing: Parameters<typeof liveReport>[1] = {}) => ({
  'us-2 demo': liveReport('demo', differing),
});
const judge = (options: FactsOptions, patience: Parameters<typeof judgeMove>[2] = PATIENCE) =>
  judgeMove(roundFacts({ placements: [MOVING], ...options }), MOVING, patience);

test('a replica that makes the same segments is verified, and its move finished', () => {
  assert.equal(judge({ reports: joined() }).step, 'finish');
});

const mark = (msn: number, startTicks = msn * 180_000, frames = 60) => ({ msn, startTicks, frames });
const TRACKS = liveReport('demo').tracks;
const LACKS: readonly [string, Parameters<typeof liveReport>[1], RegExp][] = [
  ['runs without its agent knowing of the move', { as: null }, /not there yet/],
  ['is the one of a former move, not gone yet', { as: 'replica' }, /not there yet/],
  ['has no part yet', { state: 'starting' }, /no part yet/],
  ['shows the slate', { state: 'slate' }, /slate, not live/],
  ['is late', { fresh: false }, /late/],
  ['has no part of every track', { tracks: {} }, /no audio/],
  ['makes a track in another way', { tracks: { ...TRACKS, '480p': 'video 44' } }, /480p in another way/],
  ['has none of the renditions', { tracks: { audio: 'audio 11', '240p': 'video 55' } }, /no video that/],
  ['has no sound', { tracks: { '480p': 'video 22' } }, /no audio that/],
  ['has made no whole segment', { segments: [] }, /no whole segment/],
  ['has only later segments', { segments: [mark(903)] }, /no whole segment that both have/],
  [
    'starts its segments elsewhere',
    { segments: [mark(901, 1)] },
    /segment 901 is not the same: 60 frames from 1,/,
  ],
  ['has lost frames', { segments: [mark(900), mark(901, 901 * 180_000, 59)] }, /59 frames/],
  ['is segments behind', { lastMsn: 900 }, /2 segments apart/],
];
for (const [title, differing, words] of LACKS) {
  test(`a replica that ${title} is waited for, and given up after the limit`, () => {
    const waiting = judge({ reports: joined(differing) });
    assert.equal(waiting.step, 'wait');
    assert.match(waiting.note, words);
    const over = judge(
      { reports: joined(differing) },
      { sinceMs: NOW_MS - VERIFY_LIMIT_MS, idleSinceMs: null },
    );
    assert.equal(over.step, 'abort');
    assert.equal(over.failed, true);
    assert.match(over.note, words);
  });
}

test('a replica that has shed its highest rendition can stand in, and can be stood in for', () => {
  const { '720p': _, ...shed } = TRACKS;
  assert.equal(findLack(liveReport('demo', { tracks: shed }), liveReport('demo')), null);
  assert.equal(findLack(liveReport('demo'), liveReport('demo', { tracks: shed })), null);
});

test('the newest segment that both have decides: an older one may be cut short by the start', () => {
  const candidate = liveReport('demo', { segments: [mark(900, 900 * 180_000 + 5, 12), mark(901)] });
  assert.equal(findLack(candidate, liveReport('demo')), null);
});

test('what the new node said before the move began is about another pipeline', () => {
  assert.match(judge({ reports: joined(), saidMs: MOVE.startedMs }).note, /not there yet/);
  assert.equal(judge({ reports: joined({ state: 'failed' }), saidMs: MOVE.startedMs }).step, 'wait');
  assert.equal(judge({ reports: joined(), saidMs: MOVE.startedMs + 1 }).step, 'finish');
});

test('a pipeline that is not reported yet is waited for', () => {
  assert.match(judge({}).note, /not there yet/);
});

test('a pipeline that does not stay up ends the move at once', () => {
  const step = judge({ reports: joined({ state: 'failed' }) });
  assert.deepEqual([step.step, step.failed], ['abort', true]);
});

test('a new node that is down ends the move at once; one that is only not heard is waited for', () => {
  assert.equal(judge({ states: { 'us-2': 'down' } }).step, 'abort');
  assert.equal(judge({ states: { 'us-2': 'unknown' } }).step, 'wait');
  assert.equal(judge({ states: { 'us-2': 'down' }, isSettled: false }).step, 'wait');
});

test('a new node that was taken out or drains ends the move, and is no failure of it', () => {
  const nodes = [ringNode('us-1'), ringNode('us-2', { state: 'draining' }), ringNode('eu-1')];
  const step = judge({ ring: ringRecord(8, nodes), reports: joined() });
  assert.deepEqual([step.step, step.failed], ['abort', false]);
});

test('when the old node is not heard, another replica of the stream is compared with', () => {
  const states = { 'us-1': 'unknown' } as const;
  assert.equal(judge({ states, reports: joined() }).step, 'finish');
  assert.equal(judge({ states, reports: joined({ tracks: {} }) }).step, 'wait');
});

test('when the old node is down, the repair that replaces it takes the new one', () => {
  assert.equal(judge({ states: { 'us-1': 'down' }, reports: joined({ state: 'starting' }) }).step, 'wait');
});

test('without a publisher the time does not count, and after a while the place is given back', () => {
  const slate = liveReport('demo', { state: 'slate' });
  const reports = { 'us-1 demo': slate, 'eu-1 demo': slate };
  const long = { sinceMs: NOW_MS - VERIFY_LIMIT_MS, idleSinceMs: NOW_MS - 1000 };
  const waiting = judge({ reports }, long);
  assert.deepEqual([waiting.step, waiting.failed], ['wait', false]);
  assert.match(waiting.note, /no picture/);
  assert.deepEqual(nextPatience(long, waiting, NOW_MS), { sinceMs: NOW_MS, idleSinceMs: NOW_MS - 1000 });
  const over = judge({ reports }, { ...long, idleSinceMs: NOW_MS - IDLE_LIMIT_MS });
  assert.deepEqual([over.step, over.failed], ['abort', false]);
});

test('the picture coming back ends the idleness', () => {
  const step = judge({ reports: joined({ state: 'starting' }) });
  const patience = nextPatience({ sinceMs: 5, idleSinceMs: 7 }, step, NOW_MS);
  assert.deepEqual(patience, { sinceMs: 5, idleSinceMs: null });
});
