import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PartMessage } from '../../../src/lib/feed/message.ts';
import { planEarlyKeys } from '../../../src/lib/media/early-keys.ts';
import type { InitSegment } from '../../../src/lib/media/init-segment.ts';
import type { Sample } from '../../../src/lib/media/sample.ts';
import { VideoTrack } from '../../../src/lib/pipeline/video-track.ts';

const START = 60_000_000 * 90_000;
const FRAME = 3000;
const LIVE_INIT = initOf('aaaaaaaaaaaa');
const OTHER_INIT = initOf('bbbbbbbbbbbb');

function initOf(initId: string): InitSegment {
  return { bytes: Buffer.alloc(8), initId, codecs: 'avc1.42c01f', timescale: 90_000 };
}

function frame(index: number, key: boolean): Sample {
  const decodeTime = START + index * FRAME;
  return { decodeTime, duration: FRAME, compositionOffset: 0, key, data: Buffer.alloc(4) };
}

function rig(resume?: Parameters<typeof createTrack>[1]) {
  const parts: PartMessage[] = [];
  return { parts, track: createTrack(parts, resume) };
}

function createTrack(parts: PartMessage[], resume?: ConstructorParameters<typeof VideoTrack>[0]['resume']) {
  return new VideoTrack({
    ...{ track: 'v', segmentSec: 2, partSec: 0.5, nominalTicks: FRAME, boundaries: 'grid', resume },
    sendInit: () => {},
    sendPart: (message) => parts.push(message),
  });
}

function clip(init = LIVE_INIT) {
  return { init, samples: [frame(0, true), frame(1, false), frame(2, false)] };
}

function live(track: VideoTrack, run: object, samples: readonly Sample[], init = LIVE_INIT): void {
  for (const sample of samples) track.takeLive(run, { sample, init, isTail: false });
}

/** Frames from one index to before another; the first one is a key frame, and so is each segment's first. */
function frames(from: number, to: number): Sample[] {
  return Array.from({ length: to - from }, (_, i) => frame(from + i, i === 0 || (from + i) % 60 === 0));
}

function assertSeamless(parts: readonly PartMessage[]): void {
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    if (before === undefined) return;
    assert.equal(part.decodeTime, before.decodeTime + before.durationTicks);
    assert.deepEqual(
      [part.msn, part.part],
      before.last ? [before.msn + 1, 0] : [before.msn, before.part + 1],
    );
    assert.equal(part.discontinuity, false);
  });
}

test('the slate follows the last live frame and live takes over at its key frame, without a hole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 200 }), (lived, gap) => {
      const { parts, track } = rig();
      track.setClip(clip());
      const first = {};
      live(track, first, frames(0, lived));
      track.runEnded(first);
      track.fillWithSlate(START + (lived + gap) * FRAME);
      live(track, {}, frames(lived + gap, lived + gap + 200));
      assertSeamless(parts);
      assert.ok((parts.at(-1)?.decodeTime ?? 0) >= START + (lived + gap + 100) * FRAME);
    }),
    { numRuns: 80 },
  );
});

test('frames older than what was written are dropped until a key frame that is not', () => {
  const { parts, track } = rig();
  track.setClip(clip());
  const first = {};
  live(track, first, frames(0, 30));
  track.runEnded(first);
  track.fillWithSlate(START + 70 * FRAME);
  live(track, {}, frames(40, 240));
  assertSeamless(parts);
  const firstLive = parts.find((part) => part.decodeTime >= START + 60 * FRAME && !part.slate);
  assert.equal(firstLive?.decodeTime, START + 120 * FRAME);
  assert.equal(firstLive?.independent, true);
});

test('the slate waits at the hold', () => {
  const { track } = rig();
  track.setClip(clip());
  const run = {};
  live(track, run, frames(0, 30));
  track.runEnded(run);
  track.holdAt(START + 45 * FRAME);
  track.fillWithSlate(START + 90 * FRAME);
  assert.equal(track.writer.frontier, START + 45 * FRAME);
});

test('an encoder that is later than the slate is awaited at the next segment', () => {
  const { parts, track } = rig();
  track.setClip(clip());
  const first = {};
  live(track, first, frames(0, 30));
  track.runEnded(first);
  track.fillWithSlate(START + 50 * FRAME);
  const late = {};
  for (let at = 40; at < 120; at++) {
    live(track, late, [frame(at, at === 40 || at === 60)]);
    // The slate is always ten frames ahead of what comes out.
    if (!track.isLive) track.fillWithSlate(START + (at + 11) * FRAME);
  }
  assertSeamless(parts);
  assert.equal(
    parts.find((part) => part.decodeTime > START + 50 * FRAME && !part.slate)?.msn,
    parts[0]!.msn + 1,
  );
});

test('an encoder that is later than the slate takes over at its next early key frame, not with the next segment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 0, max: 14 }), (late, phase) => {
      const { parts, track } = rig();
      track.setClip(clip());
      const first = {};
      live(track, first, frames(0, 30));
      track.runEnded(first);
      const entry = 62 + phase;
      track.fillWithSlate(START + entry * FRAME);
      track.holdAt(
        START + entry * FRAME,
        planEarlyKeys(START + entry * FRAME, { segmentSec: 2, partSec: 0.5 }),
      );
      // It gave out nothing in time.
      track.release();
      track.fillWithSlate(START + (entry + late) * FRAME);
      const run = {};
      for (let at = entry; at < entry + 100; at++) {
        live(track, run, [frame(at, at === entry || at % 15 === 0)]);
        // The slate would stay ahead of what comes out.
        if (!track.isLive) track.fillWithSlate(START + (at + late + 1) * FRAME);
      }
      assertSeamless(parts);
      const due = Math.ceil((entry + late - 0.5) / 15) * 15;
      const back = parts.find((part) => part.decodeTime > START + entry * FRAME && !part.slate);
      assert.equal(back?.decodeTime, START + due * FRAME);
    }),
    { numRuns: 100 },
  );
});

test('the last frame of a run lasts until what follows it', () => {
  const { parts, track } = rig();
  const run = {};
  live(track, run, frames(0, 14));
  track.takeLive(run, { sample: frame(14, false), init: LIVE_INIT, isTail: true });
  track.runEnded(run);
  const later = { ...frame(15, true), decodeTime: START + 15 * FRAME + 900 };
  track.takeLive({}, { sample: later, init: LIVE_INIT, isTail: false });
  track.writer.flush();
  assertSeamless(parts);
  assert.equal(parts[0]?.frames, 14);
  assert.equal(parts[0]?.durationTicks, 14 * FRAME);
});

test('before there is a slate the next key frame fills a hole, in parts within the target', () => {
  const { parts, track } = rig();
  const run = {};
  live(track, run, frames(0, 30));
  track.runEnded(run);
  live(track, {}, frames(100, 200));
  assertSeamless(parts);
  for (const part of parts) assert.ok(part.durationTicks <= 45_000);
});

test('another init segment begins with a segment and says discontinuity', () => {
  const { parts, track } = rig();
  live(track, {}, frames(0, 30));
  live(track, {}, frames(30, 200), OTHER_INIT);
  const changed = parts.find((part) => part.initId === OTHER_INIT.initId);
  assert.deepEqual([changed?.part, changed?.discontinuity], [0, true]);
  assert.equal(changed?.decodeTime, START + 60 * FRAME);
});

/** Every part begins where the one before ended, and a change of the init segment is said, at a segment's start. */
function assertNoHole(parts: readonly PartMessage[]): void {
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    if (before === undefined) return;
    assert.equal(part.decodeTime, before.decodeTime + before.durationTicks);
    const changed = part.initId !== before.initId;
    assert.equal(part.discontinuity, changed);
    if (changed) assert.deepEqual([part.msn, part.part], [before.msn + 1, 0]);
  });
}

test('until a slate of another init segment may begin, the last key frame stands still', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 }), (lived, tickFrames) => {
      const { parts, track } = rig();
      track.setClip(clip(OTHER_INIT));
      const run = {};
      live(track, run, frames(0, lived));
      track.runEnded(run);
      for (let at = lived; at < lived + 200; at += tickFrames) track.fillWithSlate(START + at * FRAME);
      assertNoHole(parts);
      const slate = parts.find((part) => part.initId === OTHER_INIT.initId);
      assert.equal(slate?.decodeTime, START + Math.ceil(lived / 60) * 60 * FRAME);
      for (const part of parts) assert.ok(part.durationTicks <= 45_000, 'parts within the target');
    }),
    { numRuns: 60 },
  );
});

test('live with another init segment ends the slate with the next segment: its key frame stands still until it may begin', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 1, max: 25 }), (phase, behind) => {
      const { parts, track } = rig();
      track.setClip(clip());
      const first = {};
      live(track, first, frames(0, 30));
      track.runEnded(first);
      track.fillWithSlate(START + 70 * FRAME);
      const second = {};
      for (let i = 82; i < 300; i++) {
        const sample = frame(i, i % 30 === phase);
        track.takeLive(second, { sample, init: OTHER_INIT, isTail: false });
        if (!track.isLive) track.fillWithSlate(START + (i - behind) * FRAME);
      }
      const back = parts.find((part) => part.initId === OTHER_INIT.initId);
      assert.equal(back?.decodeTime, START + 120 * FRAME);
      assertNoHole(parts);
      assert.ok(track.isLive);
    }),
    { numRuns: 60 },
  );
});

test('live with another init segment is let in however late it comes behind what stands still', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: -10, max: 45 }), (phase, late) => {
      const { parts, track } = rig();
      track.setClip(clip());
      const first = {};
      live(track, first, frames(0, 30));
      track.runEnded(first);
      const second = {};
      for (let i = 70; i < 600; i++) {
        const sample = frame(i, i % 60 === phase);
        track.takeLive(second, { sample, init: OTHER_INIT, isTail: false });
        if (track.isLive) continue;
        const now = START + (i + late) * FRAME;
        // As the picture of a pipeline does: it waits for long only where a segment is awaited.
        if (!track.awaitsSegment || now - track.writer.frontier! > 75 * FRAME) track.release();
        track.fillWithSlate(now);
      }
      assert.ok(track.isLive, `${late} frames late`);
      assertNoHole(parts);
    }),
    { numRuns: 200 },
  );
});

test('a new process goes on after the part that an earlier one sent last', () => {
  const before = rig();
  live(before.track, {}, frames(0, 35));
  const sent = before.parts.at(-1) as PartMessage;
  const resume = { ...sent, endTicks: sent.decodeTime + sent.durationTicks };
  const { parts, track } = rig(resume);
  live(track, {}, frames(30, 200));
  assertSeamless([...before.parts, ...parts]);
});
