import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViewerSight } from '../../../../src/lib/drill/viewers/viewer-sight.ts';
import { ViewerLog } from '../../../../src/lib/drill/watch/viewer-log.ts';

const viewer = (id: number, state: ViewerSight['state']): ViewerSight => ({
  ...{ id, region: 'us', playsFrom: null, joinedMs: 0, startupMs: 100, state },
  ...{ aheadMs: 1200, liveEdgeSec: 1.6, deadAirMs: 0, errors: 0, requests: 1 },
  ...{ missingFrames: 0, repeatedFrames: 0 },
});

test('a second tells the most viewers that were without a picture in it, however short', () => {
  const log = new ViewerLog();
  const states = ['playing', 'stalled', 'playing', 'playing', 'playing', 'playing'] as const;
  states.forEach((state, index) => {
    log.add({ atMs: 10_000 + index * 400, viewers: [viewer(1, state), viewer(2, 'playing')] });
  });
  assert.deepEqual(
    log.seconds.map(({ stalled }) => stalled),
    [0, 1],
  );
});
