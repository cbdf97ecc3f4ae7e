import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedMessage, PartMessage } from '../../../src/lib/feed/message.ts';
import type { InitSegment } from '../../../src/lib/media/init-segment.ts';
import { TrackBoard } from '../../../src/lib/pipeline/track-board.ts';

const LIVE = initOf('aaaaaaaaaaaa', 'avc1.42c01e');
const SLATE = initOf('bbbbbbbbbbbb', 'avc1.64000d');
const OTHER = initOf('cccccccccccc', 'avc1.640028');

function initOf(initId: string, codecs: string): InitSegment {
  return { bytes: Buffer.alloc(8), initId, codecs, timescale: 90_000 };
}

function part(init: InitSegment): PartMessage {
  return {
    ...{ type: 'part', track: 'v', msn: 1, part: 0, decodeTime: 0, durationTicks: 45_000, frames: 15 },
    ...{ independent: true, last: false, initId: init.initId, discontinuity: false, slate: init === SLATE },
  };
}

/** The codecs that the feed was told, one for each list of tracks. */
function codecsAfter(inits: readonly InitSegment[]): string[] {
  const sent: FeedMessage[] = [];
  const board = new TrackBoard((message) => sent.push(message));
  board.setPlans([{ id: 'v', kind: 'video', bandwidth: 1 }]);
  const known = new Set<InitSegment>();
  for (const init of inits) {
    if (!known.has(init)) board.sendInit('v', init);
    known.add(init);
    board.sendPart(part(init), Buffer.alloc(1));
  }
  return sent.flatMap((message) =>
    message.type === 'tracks' ? message.tracks.map(({ codecs }) => codecs) : [],
  );
}

test('a slate with another init segment changes nothing of what is said of a track', () => {
  assert.deepEqual(codecsAfter([LIVE, SLATE, LIVE]), [LIVE.codecs]);
});

test('a track is said to be as its source is now, also when it is again what it was', () => {
  assert.deepEqual(codecsAfter([LIVE, OTHER, SLATE, LIVE]), [LIVE.codecs, OTHER.codecs, LIVE.codecs]);
});
