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
  clock.take(2000, 2400, 12_350);
  assert.equal(clock.offsetMs, 10_005);
});

test('the quickest answer is forgotten after a minute: clocks drift, and the way gets longer', () => {
  const clock = new ClockOffset();
  clock.take(0, 10, 1005);
  clock.take(50_000, 50_400, 50_900);
  assert.equal(clock.offsetMs, 1000);
  clock.take(70_000, 70_400, 70_900);
  assert.equal(clock.offsetMs, 700);
});

/** Sent and received by the viewer's clock, and the server's in between. */
const CLOCK_SET: readonly (readonly [
  string,
  readonly [number, number, number],
  readonly [number, number, number],
])[] = [
  ['forward by ten seconds between two answers', [12_000, 12_400, 3200], [12_000, 12_400, 3200]],
  ['back by an hour between two answers', [-3_598_000, -3_597_600, 3200], [-3_598_000, -3_597_600, 3200]],
  ['back by a minute during an answer', [2000, -57_900, 3050], [-56_000, -55_600, 5200]],
  ['forward by an hour during an answer', [2000, 3_602_100, 3050], [3_604_000, 3_604_400, 5200]],
];

for (const [what, during, after] of CLOCK_SET) {
  test(`a viewer's clock that is set ${what} is followed, though the answers are slower`, () => {
    const clock = new ClockOffset();
    clock.take(0, 10, 1005);
    clock.take(...during);
    clock.take(...after);
    const [sentMs, receivedMs, serverMs] = after;
    assert.equal(clock.offsetMs, serverMs - (sentMs + receivedMs) / 2);
  });
}

test('no offset is told from an answer during which the clock was set', () => {
  const clock = new ClockOffset();
  clock.take(0, 10, 1005);
  clock.take(2000, 1000, 3050);
  assert.equal(clock.offsetMs, null);
});

test('the clock of another edge is taken when it differs by more than the answers can', () => {
  const clock = new ClockOffset();
  clock.take(0, 10, 5);
  clock.take(2000, 2100, 6050);
  assert.equal(clock.offsetMs, 4000);
});
