import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PlayerFacts, playerState } from '../../../src/lib/player/player-state.ts';
import { ClockOffset, PictureState, type StreamStateReport } from '../../../src/lib/player/stream-state.ts';

const watching: PlayerFacts = {
  unreachable: false,
  shown: true,
  paused: false,
  frozen: false,
  finished: false,
  picture: 'live',
  behindLiveSec: 1.7,
  targetSec: 1.5,
};

const rows: readonly [string, Partial<PlayerFacts>, string][] = [
  ['at the live edge', {}, 'live'],
  ['with no word from the edge', { picture: null, behindLiveSec: null, targetSec: null }, 'live'],
  ['before the first frame', { shown: false }, 'connecting'],
  ['far from the live edge', { behindLiveSec: 20 }, 'behind'],
  ['paused', { paused: true, behindLiveSec: 20 }, 'paused'],
  ['standing still', { frozen: true }, 'stalled'],
  ['on the slate', { picture: 'slate' }, 'slate'],
  ['standing still on the slate', { picture: 'slate', frozen: true }, 'stalled'],
  ['after the end', { finished: true, frozen: true }, 'ended'],
  ['at the end that the edge told', { picture: 'ended', frozen: true }, 'ended'],
  ['playing out after the end', { picture: 'ended' }, 'live'],
  ['without an edge', { unreachable: true, shown: false }, 'offline'],
];
for (const [what, facts, state] of rows) {
  test(`a viewer ${what} is told "${state}"`, () =>
    assert.equal(playerState({ ...watching, ...facts }), state));
}

test('no state says live unless a frame was shown and the picture moves', () => {
  const picture = fc.constantFrom(
    'starting' as const,
    'live' as const,
    'slate' as const,
    'ended' as const,
    null,
  );
  const facts = fc.record({
    unreachable: fc.boolean(),
    shown: fc.boolean(),
    paused: fc.boolean(),
    frozen: fc.boolean(),
    finished: fc.boolean(),
    picture,
    behindLiveSec: fc.option(fc.double({ min: 0, max: 60, noNaN: true })),
    targetSec: fc.option(fc.double({ min: 0, max: 6, noNaN: true })),
  });
  fc.assert(
    fc.property(facts, (each) => {
      if (playerState(each) !== 'live') return;
      assert.ok(each.shown && !each.paused && !each.frozen && each.picture !== 'slate');
    }),
  );
});

function report(state: StreamStateReport['state'], sinceMs: number): StreamStateReport {
  return { version: 1, stream: 'demo', state, sinceMs, node: 'us-1', region: 'us', nowMs: 0 };
}

test('a slate is told when the playhead reaches it, not when the publisher goes', () => {
  const picture = new PictureState();
  picture.take(report('live', 1000));
  picture.take(report('slate', 5000));
  assert.deepEqual([picture.at(4999), picture.at(5000), picture.at(null)], ['live', 'slate', 'slate']);
});

test('the clock offset is that of the quickest answer', () => {
  const clock = new ClockOffset();
  clock.take(0, 400, 10_000);
  clock.take(1000, 1010, 11_010);
  clock.take(2000, 2400, 9000);
  assert.equal(clock.offsetMs, 10_005);
});
