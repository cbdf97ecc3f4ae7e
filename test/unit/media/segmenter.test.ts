import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUDIO_FRAME_TICKS, AUDIO_TIMESCALE, msnOf, VIDEO_TIMESCALE } from '../../../src/lib/media/grid.ts';
import { formatPart } from '../../../src/lib/media/part-writer.ts';
import type { Sample } from '../../../src/lib/media/sample.ts';
import { type Part, Segmenter, type SegmenterOptions } from '../../../src/lib/media/segmenter.ts';

const START = 60_000_000 * VIDEO_TIMESCALE;

interface Source {
  readonly fps: number;
  readonly phaseMs: number;
  readonly segmentSec: number;
  readonly partSec: number;
  readonly frames: number;
}

const sources = fc.record({
  fps: fc.constantFrom(24, 25, 30000 / 1001, 30, 50, 60),
  phaseMs: fc.integer({ min: 0, max: 5000 }),
  segmentSec: fc.constantFrom(1, 2, 4, 6),
  partSec: fc.constantFrom(0.33, 0.4, 0.5),
  frames: fc.integer({ min: 100, max: 600 }),
});

/** Frames as an encoder on the grid makes them from millisecond timestamps: key at the first frame of each segment. */
function encode(source: Source): Sample[] {
  const timeOf = (i: number) => START + Math.round(source.phaseMs + (i * 1000) / source.fps) * 90;
  const msn = (i: number) => msnOf(timeOf(i), { timescale: VIDEO_TIMESCALE, segmentSec: source.segmentSec });
  return Array.from({ length: source.frames }, (_, i) => ({
    decodeTime: timeOf(i),
    duration: timeOf(i + 1) - timeOf(i),
    compositionOffset: 0,
    key: i === 0 || msn(i) !== msn(i - 1),
    data: Buffer.from([i & 255, i >> 8]),
  }));
}

function optionsOf(source: Source): SegmenterOptions {
  const { segmentSec, partSec, fps } = source;
  const nominalTicks = VIDEO_TIMESCALE / fps;
  return { timescale: VIDEO_TIMESCALE, segmentSec, partSec, nominalTicks, boundaries: 'grid' };
}

function cut(samples: readonly Sample[], options: SegmenterOptions): Part[] {
  const segmenter = new Segmenter(options);
  return samples.flatMap((sample) => segmenter.push(sample));
}

test('replicas that start at different frames make byte-identical parts from the first whole segment on', () => {
  fc.assert(
    fc.property(sources, fc.integer({ min: 1, max: 90 }), (source, late) => {
      const samples = encode(source);
      const early = cut(samples, optionsOf(source));
      const joined = cut(samples.slice(late), optionsOf(source));
      // Of the segment that it starts in, the late one has a part of the frames only.
      const from = msnOf(samples[late]?.decodeTime ?? 0, optionsOf(source)) + 1;
      const bytes = (parts: Part[]) =>
        parts.filter((p) => p.msn >= from).map((p) => formatPart(p, p.samples).toString('base64'));
      assert.deepEqual(bytes(joined), bytes(early));
    }),
    { numRuns: 60 },
  );
});

test('parts are contiguous, within the target, and at least 85 % of it but for a segment’s last', () => {
  fc.assert(
    fc.property(sources, (source) => {
      const target = source.partSec * VIDEO_TIMESCALE;
      let next = START + source.phaseMs * 90;
      for (const part of cut(encode(source), optionsOf(source))) {
        assert.equal(part.samples[0]?.decodeTime, next);
        next += part.durationTicks;
        assert.ok(part.durationTicks <= target, `part of ${part.durationTicks} ticks`);
        if (!part.last) assert.ok(part.durationTicks >= target * 0.85, `part of ${part.durationTicks} ticks`);
      }
    }),
    { numRuns: 100 },
  );
});

test('numbers go on by one from segment to segment and indices from part to part', () => {
  fc.assert(
    fc.property(sources, (source) => {
      const parts = cut(encode(source), optionsOf(source));
      parts.forEach((part, i) => {
        const before = parts[i - 1];
        if (before === undefined) return;
        const expected = before.last ? [before.msn + 1, 0] : [before.msn, before.part + 1];
        assert.deepEqual([part.msn, part.part], expected);
      });
    }),
    { numRuns: 60 },
  );
});

test('a part that is full closes with its last frame and does not wait for the next', () => {
  const source = { fps: 30, phaseMs: 0, segmentSec: 2, partSec: 0.5, frames: 15 };
  const parts = cut(encode(source), optionsOf(source));
  assert.deepEqual(
    parts.map((part) => part.samples.length),
    [15],
  );
});

test('audio parts hold 23 frames of 1024 samples at a target of half a second', () => {
  const options: SegmenterOptions = {
    ...{ timescale: AUDIO_TIMESCALE, segmentSec: 2, partSec: 0.5 },
    ...{ nominalTicks: AUDIO_FRAME_TICKS, boundaries: 'grid' },
  };
  const samples = Array.from({ length: 94 }, (_, i) => ({
    ...{ decodeTime: 60_000_000 * AUDIO_TIMESCALE + i * AUDIO_FRAME_TICKS, duration: AUDIO_FRAME_TICKS },
    ...{ compositionOffset: 0, key: true, data: Buffer.alloc(1) },
  }));
  const lengths = cut(samples, options).map((part) => [part.samples.length, part.last]);
  assert.deepEqual(lengths, [
    [23, false],
    [23, false],
    [23, false],
    [23, false],
    [2, true],
  ]);
});

/** Copied video: key frames every `gopMs`, wherever they fall. */
function copied(gopMs: number, seconds: number): Sample[] {
  return Array.from({ length: seconds * 25 }, (_, i) => ({
    ...{ decodeTime: START + (700 + i * 40) * 90, duration: 3600, compositionOffset: 0 },
    ...{ key: (i * 40) % gopMs === 0, data: Buffer.alloc(1) },
  }));
}

const COPY: SegmenterOptions = {
  ...{ timescale: VIDEO_TIMESCALE, segmentSec: 2, partSec: 0.5, nominalTicks: 3600 },
  boundaries: 'key',
};

test('copied video whose key frames come once a segment is cut at them', () => {
  const firsts = cut(copied(2000, 10), COPY).filter((part) => part.part === 0);
  assert.ok(firsts.length >= 5);
  assert.ok(firsts.every((part) => part.samples[0]?.key));
});

test('copied video with sparse key frames still has every number and no segment over the target', () => {
  const parts = cut(copied(8000, 20), COPY);
  const numbers = [...new Set(parts.map((part) => part.msn))];
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => (numbers[0] as number) + i),
  );
  for (const msn of numbers.slice(0, -1)) {
    const own = parts.filter((part) => part.msn === msn);
    const ticks = own.reduce((sum, part) => sum + part.durationTicks, 0);
    assert.ok(Math.round(ticks / VIDEO_TIMESCALE) <= 2, `segment of ${ticks / VIDEO_TIMESCALE} s`);
  }
});

test('a segment closed by hand is followed by the next number', () => {
  const segmenter = new Segmenter(COPY);
  const [first, second] = copied(2000, 1) as [Sample, Sample];
  segmenter.push(first);
  const [part] = segmenter.flush();
  segmenter.push(second);
  const [after] = segmenter.flush();
  assert.deepEqual([after?.msn, after?.part], [(part?.msn ?? 0) + 1, 0]);
});
