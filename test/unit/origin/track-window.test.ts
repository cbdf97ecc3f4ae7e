import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FeedFrame, PartMessage, SegmentMessage } from '../../../src/lib/feed/message.ts';
import {
  MEMORY_SEGMENTS,
  TrackWindow,
  type WindowSegment,
} from '../../../src/lib/origin/window/track-window.ts';
import { init, PARTS, part, SEGMENT_SEC, segments, VIDEO } from '../../support/synthetic-feed.ts';

interface Recorded {
  readonly window: TrackWindow;
  readonly completed: number[];
  readonly dropped: number[];
}

/** `stores`: whether completed segments count as written to disk. */
function createWindow(stores = true): Recorded {
  const completed: number[] = [];
  const dropped: number[] = [];
  const window = new TrackWindow(
    { timescale: VIDEO.timescale, segmentSec: SEGMENT_SEC },
    {
      completed: (segment: WindowSegment) => {
        completed.push(segment.msn);
        if (stores) segment.stored = 'disk';
      },
      dropped: (segment: WindowSegment) => void dropped.push(segment.msn),
    },
  );
  return { window, completed, dropped };
}

function feed(window: TrackWindow, frames: readonly FeedFrame[]): boolean[] {
  return frames.map(({ message, body }) => window.acceptPart(message as PartMessage, body));
}

const msns = (window: TrackWindow): number[] => window.segments.map(({ msn }) => msn);

test('a whole segment is the concatenation of its parts', () => {
  const { window, completed } = createWindow();
  const frames = segments(100, 1, [VIDEO]);
  assert.deepEqual(feed(window, frames), [true, true, true, true]);
  assert.deepEqual(completed, [100]);
  const segment = window.find(100)!;
  assert.deepEqual(segment.body, Buffer.concat(frames.map(({ body }) => body)));
  assert.deepEqual(
    segment.parts.map(({ bytes }) => Buffer.from(bytes)),
    frames.map(({ body }) => Buffer.from(body)),
  );
  assert.deepEqual(window.next(), { msn: 101, part: 0 });
});

test('parts that are known already, from a second feed or a replay, change nothing', () => {
  const { window } = createWindow();
  feed(window, segments(100, 3, [VIDEO]));
  const before = window.version;
  assert.ok(feed(window, segments(99, 3, [VIDEO])).every((added) => !added));
  assert.equal(window.version, before);
  assert.deepEqual(msns(window), [100, 101, 102]);
});

test('two feeds of the same parts, in any interleaving, make the window of one', () => {
  const frames = segments(100, 4, [VIDEO]);
  const alone = createWindow();
  feed(alone.window, frames);
  fc.assert(
    fc.property(fc.array(fc.boolean()), (turns) => {
      const { window } = createWindow();
      const rests = [[...frames], [...frames]];
      for (const turn of turns) feed(window, rests[turn ? 1 : 0]!.splice(0, 1));
      for (const rest of rests) feed(window, rest);
      assert.deepEqual(window.segments, alone.window.segments);
    }),
  );
});

test('a window starts at the first whole segment, not in the middle of one', () => {
  const { window } = createWindow();
  feed(window, [part({ msn: 100, part: 2 }), part({ msn: 100, part: 3 })]);
  assert.equal(window.next(), null);
  feed(window, segments(101, 1, [VIDEO]));
  assert.deepEqual(msns(window), [101]);
});

test('a segment that lacks parts is closed by the next one, and numbering goes on', () => {
  const { window, completed } = createWindow();
  feed(window, [part({ msn: 100, part: 0 }), part({ msn: 100, part: 2 }), part({ msn: 101, part: 0 })]);
  assert.deepEqual(completed, [100]);
  assert.equal(window.find(100)!.parts.length, 1);
  assert.deepEqual(window.next(), { msn: 101, part: 1 });
});

test('a short hole in the numbering becomes gaps of the same total length', () => {
  const { window } = createWindow();
  feed(window, [...segments(100, 1, [VIDEO]), ...segments(103, 1, [VIDEO])]);
  assert.deepEqual(
    window.segments.map(({ msn, gap, durationTicks }) => [msn, gap, durationTicks]),
    [
      [100, false, 180_000],
      [101, true, 180_000],
      [102, true, 180_000],
      [103, false, 180_000],
    ],
  );
});

test('gaps stay on the grid when the segment before them was cut short', () => {
  const { window } = createWindow();
  feed(window, [part({ msn: 100, part: 0 }), ...segments(102, 1, [VIDEO])]);
  const [first, gap, last] = window.segments;
  assert.equal(first!.durationTicks, 45_000);
  assert.deepEqual([gap!.gap, gap!.durationTicks], [true, 180_000]);
  assert.equal(gap!.decodeTime + gap!.durationTicks, last!.decodeTime);
});

test('numbers that a longer segment leaves out take no time, as no media is missing', () => {
  const { window } = createWindow();
  // Copied video with a key frame every 4 s: segment 100 reaches to the start of segment 102.
  const long = part({ msn: 100, part: 0 });
  const message = { ...(long.message as PartMessage), durationTicks: 360_000, last: true };
  feed(window, [{ message, body: long.body }, part({ msn: 102, part: 0 })]);
  assert.deepEqual(
    window.segments.map(({ msn, gap, durationTicks }) => [msn, gap, durationTicks]),
    [
      [100, false, 360_000],
      [101, true, 0],
      [102, false, 45_000],
    ],
  );
});

test('after a long hole the window starts anew', () => {
  const { window, dropped } = createWindow();
  feed(window, [...segments(100, 2, [VIDEO]), ...segments(150, 1, [VIDEO])]);
  assert.deepEqual(msns(window), [150]);
  assert.deepEqual(dropped, [100, 101]);
});

test('a change of the init segment is a discontinuity, counted once it has left', () => {
  const { window } = createWindow();
  const other = init(VIDEO, 'another').initId;
  feed(window, segments(100, 1, [VIDEO]));
  for (let msn = 101; msn < 112; msn++) {
    feed(
      window,
      Array.from({ length: PARTS }, (_, index) => part({ msn, part: index, initId: other })),
    );
  }
  assert.deepEqual(
    window.segments.filter(({ discontinuity }) => discontinuity).map(({ msn }) => msn),
    [101],
  );
  assert.equal(window.discontinuitySequence, 0);
  window.prune(10);
  assert.equal(window.segments[0]!.msn, 106);
  assert.equal(window.discontinuitySequence, 1);
});

test('only the last segments hold bytes in memory', () => {
  const { window } = createWindow();
  feed(window, segments(100, 30, [VIDEO]));
  assert.equal(window.segments.length, 30);
  const holding = window.segments.filter(({ body, parts }) => body !== null || parts.length > 0);
  assert.deepEqual(
    holding.map(({ msn }) => msn),
    msns(window).slice(-MEMORY_SEGMENTS - 1),
  );
});

test('segments that could not be stored leave the window with everything older', () => {
  const { window } = createWindow(false);
  feed(window, segments(100, 30, [VIDEO]));
  assert.equal(window.segments.length, MEMORY_SEGMENTS + 1);
  assert.equal(window.segments[0]!.msn, 129 - MEMORY_SEGMENTS);
});

test('prune drops what is past the DVR window and keeps six segments at least', () => {
  const { window, dropped } = createWindow();
  feed(window, segments(100, 20, [VIDEO]));
  window.prune(30);
  assert.equal(window.segments[0]!.msn, 104);
  window.prune(0);
  assert.equal(window.segments.length, 6);
  assert.deepEqual(
    dropped,
    Array.from({ length: 14 }, (_, index) => 100 + index),
  );
});

test('described segments extend the window, also in place of an unfinished one', () => {
  const { window } = createWindow();
  const describe = (msn: number): SegmentMessage => {
    const { decodeTime, initId } = part({ msn, part: 0 }).message as PartMessage;
    return {
      type: 'segment',
      track: VIDEO.id,
      msn,
      decodeTime,
      durationTicks: 180_000,
      initId,
      discontinuity: false,
      bytes: 160,
      slate: false,
    };
  };
  assert.ok(window.acceptSegment(describe(100)));
  feed(window, [part({ msn: 101, part: 0 })]);
  assert.ok(!window.acceptSegment(describe(100)));
  assert.ok(window.acceptSegment(describe(101)));
  feed(window, [part({ msn: 102, part: 0 })]);
  assert.deepEqual(
    window.segments.map(({ msn, complete, stored }) => [msn, complete, stored]),
    [
      [100, true, 'upstream'],
      [101, true, 'upstream'],
      [102, false, 'nowhere'],
    ],
  );
});
