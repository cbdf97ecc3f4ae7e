/** What replicas of a copied stream make of a hole in it: the same, whatever the time that each of them takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PartMessage } from '../../../src/lib/feed/message.ts';
import type { InitSegment } from '../../../src/lib/media/init-segment.ts';
import type { Sample } from '../../../src/lib/media/sample.ts';
import { VideoTrack, type VideoTrackOptions } from '../../../src/lib/pipeline/video-track.ts';

const START = 60_000_000 * 90_000;
const FRAME = 3000;
const GOP = 60;
const MS = 90;
const LIVE = initOf('aaaaaaaaaaaa');
const SLATE = initOf('bbbbbbbbbbbb');
/** As a pipeline has them (live-video.ts). */
const [LAG_MS, GONE_MS, HOLD_MS] = [400, 600, 600];

function initOf(initId: string): InitSegment {
  return { bytes: Buffer.alloc(8), initId, codecs: 'avc1.42c01f', timescale: 90_000 };
}

interface Hole {
  /** Index of the first frame that is lost, and how many are; what follows begins with a key frame. */
  readonly from: number;
  readonly lost: number;
  /** Index of a key frame within the first group of pictures. */
  readonly phase: number;
}

/** How long one replica takes. */
interface Pace {
  readonly startMs: number;
  readonly tickMs: number;
  readonly firstTickMs: number;
}

interface Made {
  readonly parts: PartMessage[];
  readonly bodies: string[];
}

function sampleAt(index: number, phase: number): Sample {
  const data = Buffer.from(`frame ${index}`);
  const key = index % GOP === phase;
  return { decodeTime: START + index * FRAME, duration: FRAME, compositionOffset: 0, key, data };
}

function createTrack(made: Made, resume?: VideoTrackOptions['resume']): VideoTrack {
  const track = new VideoTrack({
    ...{ track: 'v', segmentSec: 2, partSec: 0.5, nominalTicks: FRAME, boundaries: 'key', resume },
    sendInit: () => {},
    sendPart: (message, body) => {
      made.parts.push(message);
      made.bodies.push(body.toString('latin1'));
    },
  });
  track.setClip({ init: SLATE, samples: [{ ...sampleAt(0, 0), data: Buffer.from('slate') }] });
  return track;
}

/** Index of the first key frame after a hole. */
function backAfter({ from, lost, phase }: Hole): number {
  return phase + Math.ceil((from + lost - phase) / GOP) * GOP;
}

/** Plays a source with a hole to a replica that works at this pace, as its picture does it. */
function play({ from, lost, phase }: Hole, { startMs, tickMs, firstTickMs }: Pace): Made {
  const made: Made = { parts: [], bodies: [] };
  const track = createTrack(made);
  const first = {};
  for (let i = phase; i < from; i++)
    track.takeLive(first, { sample: sampleAt(i, phase), init: LIVE, isTail: i === from - 1 });
  track.runEnded(first);
  const back = backAfter({ from, lost, phase });
  const atMs = (index: number): number => (index * 1000) / 30;
  const second = {};
  let next = back;
  for (let nowMs = atMs(from) + firstTickMs; next < back + 150; nowMs += tickMs) {
    if (nowMs >= atMs(back) && nowMs - tickMs < atMs(back)) track.holdAt(START + back * FRAME);
    if (nowMs > atMs(back) + HOLD_MS && !track.awaitsSegment) track.release();
    if (nowMs >= atMs(back) + startMs)
      for (; atMs(next) < nowMs; next++)
        track.takeLive(second, { sample: sampleAt(next, phase), init: LIVE, isTail: false });
    const behindMs = nowMs - (track.writer.frontier! - START) / MS;
    if (!track.isLive && (track.inSlate || behindMs > GONE_MS))
      track.fillWithSlate(START + Math.floor((nowMs - LAG_MS) * MS));
  }
  return made;
}

const HOLE = fc.record({
  from: fc.integer({ min: 61, max: 125 }),
  lost: fc.integer({ min: 20, max: 130 }),
  phase: fc.integer({ min: 0, max: 59 }),
});
const PACE = fc.record({
  startMs: fc.integer({ min: 50, max: 500 }),
  tickMs: fc.integer({ min: 20, max: 60 }),
  firstTickMs: fc.integer({ min: 0, max: 40 }),
});

test('two replicas make the same of a hole, byte by byte, whatever the time that each takes', () => {
  fc.assert(
    fc.property(HOLE, PACE, PACE, (hole, one, other) => {
      const [a, b] = [play(hole, one), play(hole, other)];
      const count = Math.min(a.parts.length, b.parts.length);
      assert.deepEqual(a.parts.slice(0, count), b.parts.slice(0, count));
      assert.deepEqual(a.bodies.slice(0, count), b.bodies.slice(0, count));
    }),
    { numRuns: 80 },
  );
});

test('with the first key frame after a hole all is as if there had been none', () => {
  fc.assert(
    fc.property(HOLE, PACE, (hole, pace) => {
      const whole: Made = { parts: [], bodies: [] };
      feed(createTrack(whole), [hole.phase, backAfter(hole) + 100], { phase: hole.phase });
      const made = play(hole, pace);
      const from = whole.parts.findIndex(({ decodeTime }) => decodeTime === START + backAfter(hole) * FRAME);
      const first = made.parts.findIndex(({ decodeTime }) => decodeTime === START + backAfter(hole) * FRAME);
      const count = whole.parts.length - from;
      const withoutBreaks = (parts: PartMessage[]) =>
        parts.map((part) => ({ ...part, discontinuity: false }));
      assert.deepEqual(
        withoutBreaks(made.parts.slice(first, first + count)),
        withoutBreaks(whole.parts.slice(from)),
      );
      assert.deepEqual(made.bodies.slice(first, first + count), whole.bodies.slice(from));
    }),
    { numRuns: 80 },
  );
});

test('what fills a hole has none, and its segments begin with key frames and are no longer than others', () => {
  fc.assert(
    fc.property(HOLE, PACE, (hole, pace) => {
      const { parts } = play(hole, pace);
      parts.forEach((part, i) => {
        if (part.part === 0) assert.ok(part.independent, `segment ${part.msn} begins with a key frame`);
        const before = parts[i - 1];
        if (before === undefined) return;
        const place = before.last ? [before.msn + 1, 0] : [before.msn, before.part + 1];
        assert.deepEqual([part.msn, part.part], place);
        assert.equal(part.decodeTime, before.decodeTime + before.durationTicks);
        assert.ok(part.durationTicks <= 45_000, 'parts within the target');
        const isOther = part.initId !== before.initId;
        assert.equal(part.discontinuity, isOther);
        if (isOther) assert.equal(part.part, 0);
      });
      const starts = parts.filter(({ part }) => part === 0).map(({ decodeTime }) => decodeTime);
      for (const [i, start] of starts.slice(1).entries()) assert.equal(start - starts[i]!, GOP * FRAME);
    }),
    { numRuns: 80 },
  );
});

/** Frames of a source from one index to before another, taken by a run of its own. */
function feed(
  track: VideoTrack,
  [from, to]: readonly [number, number],
  { phase = 0, word = 'frame' }: { readonly phase?: number; readonly word?: string } = {},
): void {
  const run = {};
  for (let i = from; i < to; i++) {
    const sample = { ...sampleAt(i, phase), data: Buffer.from(`${word} ${i}`) };
    track.takeLive(run, { sample, init: LIVE, isTail: false });
  }
  track.runEnded(run);
}

test('a run that begins anew goes on in the middle of a group of pictures, right behind what was written last', () => {
  const [whole, made]: Made[] = [
    { parts: [], bodies: [] },
    { parts: [], bodies: [] },
  ];
  feed(createTrack(whole!), [0, 200]);
  const track = createTrack(made!);
  feed(track, [0, 77]);
  feed(track, [60, 200]);
  assert.deepEqual(made, whole);
});

test('a new process goes on in the middle of a group of pictures, too', () => {
  const [whole, made]: Made[] = [
    { parts: [], bodies: [] },
    { parts: [], bodies: [] },
  ];
  feed(createTrack(whole!), [0, 200]);
  feed(createTrack(made!), [0, 77]);
  const sent = made!.parts.at(-1)!;
  const endTicks = sent.decodeTime + sent.durationTicks;
  const lastSample = Buffer.from(`frame ${(endTicks - START) / FRAME - 1}`);
  feed(createTrack(made!, { ...sent, endTicks, lastSample }), [60, 200]);
  assert.deepEqual(made, whole);
});

test('frames of another source are not taken in the middle of a group of pictures, whenever they come', () => {
  const made: Made = { parts: [], bodies: [] };
  const track = createTrack(made);
  feed(track, [0, 77]);
  feed(track, [60, 200], { word: 'other' });
  const words = made.bodies.join().match(/other \d+/g) ?? [];
  // The key frame of the first group may stand still; what depends on it may not follow.
  assert.equal(
    words.find((word) => word !== 'other 60'),
    'other 120',
  );
});

test('a slate is cut into segments of the usual length, also where frames do not fit into them', () => {
  const made: Made = { parts: [], bodies: [] };
  const track = createTrack(made);
  track.writer.setNominalTicks(3003);
  const run = {};
  for (let i = 0; i < 70; i++) {
    const sample = { ...sampleAt(i, 7), decodeTime: START + i * 3003, duration: 3003 };
    track.takeLive(run, { sample, init: LIVE, isTail: false });
  }
  track.runEnded(run);
  track.fillWithSlate(START + 30 * 90_000);
  const starts = made.parts.filter(({ part }) => part === 0);
  assert.ok(starts.length > 10 && starts.every(({ independent }) => independent));
  for (const [i, { decodeTime }] of starts.slice(2).entries())
    assert.equal(decodeTime - starts[i + 1]!.decodeTime, 2 * 90_000);
});
