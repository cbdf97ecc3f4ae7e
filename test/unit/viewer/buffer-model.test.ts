import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BufferModel } from '../../../src/lib/viewer/buffer-model.ts';

const video = ['video'] as const;
const both = ['video', 'audio'] as const;

test('playing starts when both tracks cover the playhead', () => {
  const buffer = new BufferModel({ playFromMs: 1000, tracks: both, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 2000 }, 100);
  assert.equal(buffer.state, 'starting');
  buffer.append('audio', { startMs: 0, endMs: 900 }, 150);
  assert.equal(buffer.state, 'starting');
  buffer.append('audio', { startMs: 900, endMs: 1500 }, 180);
  assert.equal(buffer.state, 'playing');
  assert.equal(buffer.startedAtMs, 180);
});

test('a sliver of media starts nothing, unless there is no more', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 150 }, 10);
  assert.equal(buffer.state, 'starting');
  buffer.append('video', { startMs: 150, endMs: 250 }, 20);
  assert.equal(buffer.state, 'playing');
  const short = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  short.append('video', { startMs: 0, endMs: 150 }, 10);
  short.finish(20);
  assert.deepEqual([short.state, short.startedAtMs], ['playing', 20]);
});

test('a stall begins when the buffer ran dry, not when it was looked at', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 500 }, 0);
  buffer.advance(2000);
  assert.equal(buffer.state, 'stalled');
  buffer.append('video', { startMs: 500, endMs: 1000 }, 2100);
  assert.deepEqual(
    [buffer.state, buffer.stalls, buffer.deadAirMs, buffer.playheadMs],
    ['playing', 1, 1600, 500],
  );
});

test('the shorter track decides when the buffer is dry', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: both, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 5000 }, 0);
  buffer.append('audio', { startMs: 0, endMs: 300 }, 0);
  buffer.advance(1000);
  assert.deepEqual([buffer.stalls, buffer.deadAirMs, buffer.playheadMs], [1, 700, 300]);
});

test('the rate moves the playhead faster', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 10_000 }, 0);
  buffer.rate = 1.1;
  buffer.advance(1000);
  assert.equal(Math.round(buffer.playheadMs), 1100);
});

test('running dry after the end is no stall', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 500 }, 0);
  buffer.finish(100);
  buffer.advance(2000);
  assert.deepEqual([buffer.state, buffer.stalls, buffer.deadAirMs], ['finished', 0, 0]);
});

test('a seek stalls a playing buffer until media of the new place comes', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 5000 }, 0);
  buffer.seek(9000, 1000);
  buffer.append('video', { startMs: 8800, endMs: 9500 }, 1250);
  assert.deepEqual(
    [buffer.state, buffer.stalls, buffer.deadAirMs, buffer.playheadMs],
    ['playing', 1, 250, 9000],
  );
});

test('media time played and dead air add up to the time since the start', () => {
  const arrivals = fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 1000 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(arrivals, fc.nat(5000), (steps, tailMs) => {
      const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
      let nowMs = 0;
      let endMs = 0;
      for (const [waitMs, durationMs] of steps) {
        nowMs += waitMs;
        buffer.append('video', { startMs: endMs, endMs: endMs + durationMs }, nowMs);
        endMs += durationMs;
      }
      nowMs += tailMs;
      buffer.advance(nowMs);
      const sinceStartMs = nowMs - (buffer.startedAtMs ?? nowMs);
      assert.ok(Math.abs(buffer.playheadMs + buffer.deadAirMs - sinceStartMs) < 1e-6);
      assert.ok(buffer.playheadMs <= endMs);
      assert.equal(buffer.deadAirMs > 0, buffer.stalls > 0);
    }),
  );
});

test('a jump to live stays inside the buffer and is no stall', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 8000 }, 0);
  assert.equal(buffer.skipForward(5000, 1000), true);
  assert.deepEqual([buffer.playheadMs, buffer.stalls, buffer.skips], [5000, 0, 1]);
  assert.equal(buffer.skipForward(5000, 1000), true);
  assert.equal(buffer.playheadMs, 7000);
  assert.equal(buffer.skipForward(5000, 1000), false);
});

/** Plays both tracks from 0 with a hole of 2 s after the first second; returns the model when the hole is known. */
function beforeHole(): BufferModel {
  const buffer = new BufferModel({ playFromMs: 0, tracks: both, nowMs: 0 });
  for (const track of both) buffer.append(track, { startMs: 0, endMs: 1000 }, 0);
  for (const track of both) buffer.append(track, { startMs: 3000, endMs: 3500 }, 500);
  return buffer;
}

test('what is buffered before a hole is played, then the player stands still and jumps over it', () => {
  const buffer = beforeHole();
  buffer.advance(900);
  assert.deepEqual([buffer.state, buffer.playheadMs], ['playing', 900]);
  buffer.advance(1200);
  assert.deepEqual([buffer.state, buffer.stalls, buffer.deadAirMs], ['stalled', 1, 200]);
  buffer.advance(1350);
  assert.deepEqual([buffer.state, buffer.playheadMs, buffer.skips], ['playing', 3150, 1]);
  assert.deepEqual([buffer.stalls, buffer.deadAirMs], [1, 300]);
});

test('a look after a long time dates the stall before a hole and the jump over it exactly', () => {
  const often = beforeHole();
  for (let nowMs = 510; nowMs <= 1600; nowMs += 10) often.advance(nowMs);
  const once = beforeHole();
  once.advance(1600);
  const figures = ({ state, playheadMs, deadAirMs, stalls, skips }: BufferModel) =>
    [state, Math.round(playheadMs), Math.round(deadAirMs), stalls, skips] as const;
  assert.deepEqual(figures(once), figures(often));
});

test('standing still before a hole lasts until there is media behind it in all tracks', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: both, nowMs: 0 });
  for (const track of both) buffer.append(track, { startMs: 0, endMs: 1000 }, 0);
  buffer.append('video', { startMs: 3000, endMs: 3500 }, 2000);
  buffer.append('audio', { startMs: 3000, endMs: 3500 }, 4000);
  buffer.advance(4299);
  assert.deepEqual([buffer.state, buffer.deadAirMs], ['stalled', 3299]);
  buffer.advance(4400);
  assert.deepEqual([buffer.state, buffer.deadAirMs, buffer.playheadMs], ['playing', 3300, 3200]);
});

test('a hole that is filled before the jump is played through', () => {
  const buffer = beforeHole();
  for (const track of both) buffer.append(track, { startMs: 1000, endMs: 3000 }, 1100);
  buffer.advance(2100);
  assert.deepEqual(
    [buffer.state, buffer.playheadMs, buffer.deadAirMs, buffer.skips],
    ['playing', 2000, 100, 0],
  );
});

test('slivers between holes are jumped over until there is enough to play', () => {
  const buffer = new BufferModel({ playFromMs: 0, tracks: video, nowMs: 0 });
  buffer.append('video', { startMs: 0, endMs: 500 }, 0);
  buffer.append('video', { startMs: 1000, endMs: 1100 }, 100);
  buffer.append('video', { startMs: 2000, endMs: 4000 }, 200);
  buffer.advance(2000);
  assert.deepEqual([buffer.state, buffer.skips], ['playing', 2]);
});
