import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineLog } from '../../../src/lib/origin/feeds/pipeline-log.ts';
import { AUDIO, msnAt, opening, PART_SEC, PARTS, part, VIDEO } from '../../support/synthetic-feed.ts';

const NOW_MS = 1_800_000_000_000;
const MSN = msnAt(NOW_MS);

/** A log that took note of the opening and these parts, each [msn, part, track]. */
function logOf(...parts: [number, number, typeof VIDEO?][]): PipelineLog {
  const log = new PipelineLog();
  for (const { message } of opening()) log.note(message, NOW_MS);
  for (const [msn, index, track = VIDEO] of parts) {
    log.note(part({ msn, part: index, track }).message, NOW_MS);
  }
  return log;
}
const whole = (msn: number): [number, number][] => Array.from({ length: PARTS }, (_, index) => [msn, index]);

test('a whole segment is marked by its first sample and its frames', () => {
  const { segments, lastMsn } = logOf(...whole(MSN), [MSN + 1, 0]).marks(NOW_MS);
  assert.equal(lastMsn, MSN + 1);
  assert.equal(segments.length, 1);
  const first = part({ msn: MSN, part: 0 }).message;
  assert.ok(first.type === 'part');
  assert.deepEqual(segments[0], { msn: MSN, startTicks: first.decodeTime, frames: first.frames * PARTS });
});

test('a segment that it did not begin, or that has a hole, is no whole one', () => {
  const late = whole(MSN).slice(1);
  const torn = whole(MSN + 1).filter(([, index]) => index !== 1);
  assert.deepEqual(
    logOf(...late, ...torn, ...whole(MSN + 2))
      .marks(NOW_MS)
      .segments.map(({ msn }) => msn),
    [MSN + 2],
  );
});

test('only the newest segments are kept', () => {
  const segments = Array.from({ length: 20 }, (_, index) => whole(MSN + index)).flat();
  assert.deepEqual(
    logOf(...segments)
      .marks(NOW_MS)
      .segments.map(({ msn }) => msn),
    [14, 15, 16, 17, 18, 19].map((index) => MSN + index),
  );
});

test('it is fresh while parts come in time, and not with old media', () => {
  const log = logOf([MSN, 0]);
  assert.equal(log.marks(NOW_MS + 1500 * PART_SEC).fresh, true);
  assert.equal(log.marks(NOW_MS + 1500 * PART_SEC + 1).fresh, false);
  assert.equal(logOf([MSN - 20, 0]).marks(NOW_MS).fresh, false);
  assert.equal(logOf().marks(NOW_MS).fresh, false);
});

test('tracks are told once each has a part, by their init segments', () => {
  assert.deepEqual(logOf([MSN, 0]).marks(NOW_MS).tracks, {});
  const both = logOf([MSN, 0], [MSN, 0, AUDIO]);
  const { tracks } = both.marks(NOW_MS);
  assert.deepEqual(Object.keys(tracks).sort(), [AUDIO.id, VIDEO.id].sort());
  for (const text of Object.values(tracks)) assert.match(text, /^(audio|video) [0-9a-f]{8}$/);
  assert.deepEqual(logOf([MSN, 0, AUDIO], [MSN + 3, 0]).marks(NOW_MS).tracks, tracks);
  both.note(part({ msn: MSN, part: 1, initId: '0123456789ab' }).message, NOW_MS);
  const changed = both.marks(NOW_MS).tracks;
  assert.notEqual(changed[VIDEO.id], tracks[VIDEO.id]);
  assert.equal(changed[AUDIO.id], tracks[AUDIO.id]);
});
