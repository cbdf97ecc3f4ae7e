import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseMoves, MAX_MOVES, MAX_MOVES_A_NODE } from '../../../src/lib/controller/choose-moves.ts';
import { RetryPauses } from '../../../src/lib/controller/retry-pauses.ts';
import { nodesNotUp } from '../../../src/lib/controller/round-facts.ts';
import { listWantedMoves } from '../../../src/lib/controller/wanted-moves.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import type { PlacementRecord, PlannedMove, RingNode } from '../../../src/lib/store/ring-records.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';
import { type FactsOptions, liveReport, NOW_MS, placement, roundFacts } from '../../support/round-facts.ts';

const planned = (
  stream: string,
  from: string,
  to: string,
  differing: Partial<PlannedMove> = {},
): PlannedMove => ({
  ...{ stream, from, to, why: 'home', epoch: 7, order: 1 },
  ...differing,
});
const choose = (options: FactsOptions, pauses = new RetryPauses()) => {
  const facts = roundFacts(options);
  const { wanted, drop, total } = listWantedMoves(facts, pauses);
  const down = nodesNotUp(facts);
  const wishOf = ({ stream, cost, region }: PlacementRecord) =>
    createWish(facts.ring, { stream, cost, region }, { down, token: null });
  return { ...chooseMoves(facts, wanted, { pauses, wishOf }), drop, total };
};
const nodes = (differing: Record<string, Partial<RingNode>>): RingNode[] =>
  ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'eu-3'].map((name) => ringNode(name, differing[name]));
const draining = (...names: string[]) =>
  ringRecord(8, nodes(Object.fromEntries(names.map((name) => [name, { state: 'draining' as const }]))));
const streams = (count: number, replicas: readonly string[]): PlacementRecord[] =>
  Array.from({ length: count }, (_, index) => placement(`s${index}`, replicas));

test('planned moves begin in their order, four at a time in all', () => {
  const froms = ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'eu-3'];
  const placements = froms.map((node, index) => placement(`s${index}`, [node]));
  const moves = froms.map((node, index) => planned(`s${index}`, node, froms[(index + 1) % 6]!));
  const { begin, drop, waiting } = choose({ placements, planned: moves });
  assert.deepEqual(
    begin.map(({ stream }) => stream),
    ['s0', 's1', 's2', 's3'],
  );
  assert.equal(begin.length, MAX_MOVES);
  assert.deepEqual(drop, []);
  assert.deepEqual(
    waiting.map(({ stream, state }) => `${stream} ${state}`),
    ['s4 queued', 's5 queued'],
  );
});

test('no more than two move from or to one node, counted with those under way; others go past', () => {
  const move = { from: 'us-1', to: 'us-2', why: 'home' as const, startedMs: NOW_MS };
  const placements = [
    placement('moving', ['us-1', 'eu-1'], { move }),
    ...streams(2, ['us-1', 'eu-1']),
    placement('other', ['eu-1']),
  ];
  const moves = [
    ...['s0', 's1'].map((one) => planned(one, 'us-1', 'us-3')),
    planned('other', 'eu-1', 'eu-2'),
  ];
  const { begin, waiting } = choose({ placements, planned: moves });
  assert.deepEqual(
    begin.map(({ stream }) => stream),
    ['s0', 'other'],
  );
  assert.equal(MAX_MOVES_A_NODE, 2);
  assert.match(waiting[0]!.note, /2 streams are moving from or to us-1/);
});

const MOOT: readonly [string, PlannedMove, FactsOptions][] = [
  ['of a stream that is not placed any more', planned('gone', 'us-1', 'us-2'), {}],
  ['from a node that does not run the stream', planned('demo', 'us-3', 'us-2'), {}],
  ['to a node that runs it already', planned('demo', 'us-1', 'eu-1'), {}],
  ['to a node that drains', planned('demo', 'us-1', 'us-2'), { ring: draining('us-2') }],
  ['to a node that is not in the ring', planned('demo', 'us-1', 'us-9'), {}],
  ['from a node that is down', planned('demo', 'us-1', 'us-2'), { states: { 'us-1': 'down' } }],
];
for (const [title, move, options] of MOOT) {
  test(`a planned move ${title} is dropped`, () => {
    const { begin, drop } = choose({ planned: [move], ...options });
    assert.deepEqual([begin.map(({ to }) => to), drop], [[], [move]]);
  });
}

test('a planned move to a node that is not heard waits, and says so', () => {
  const { begin, drop, waiting } = choose({
    planned: [planned('demo', 'us-1', 'us-2')],
    states: { 'us-2': 'unknown' },
  });
  assert.deepEqual([begin, drop], [[], []]);
  assert.deepEqual([waiting[0]?.state, waiting[0]?.note], ['waiting', 'us-2 is not heard']);
});

test('a stream that shows the slate waits, and says so', () => {
  const slate = liveReport('demo', { state: 'slate' });
  for (const options of [{ reports: { 'us-1 demo': slate, 'eu-1 demo': slate } }, { live: [] }]) {
    const { begin, waiting } = choose({ planned: [planned('demo', 'us-1', 'us-2')], ...options });
    assert.deepEqual(begin, []);
    assert.match(waiting[0]!.note, /sends no picture/);
  }
});

test('a stream that plays elsewhere may leave a node where its pipeline has failed', () => {
  const reports = { 'us-1 demo': liveReport('demo', { state: 'failed', fresh: false }) };
  assert.equal(choose({ planned: [planned('demo', 'us-1', 'us-2')], reports }).begin.length, 1);
});

test('only one replica of a stream moves at a time', () => {
  const moves = [planned('demo', 'us-1', 'us-2'), planned('demo', 'eu-1', 'eu-2', { order: 2 })];
  const { begin, waiting } = choose({ planned: moves });
  assert.deepEqual([begin.length, waiting[0]?.note], [1, 'another replica of it is moving']);
});

test('what failed is left alone for growing pauses, and the reason is told', () => {
  const pauses = new RetryPauses();
  const first = pauses.fail('demo', 'not verified', NOW_MS);
  const second = pauses.fail('demo', 'not verified', NOW_MS);
  assert.equal(second.untilMs - NOW_MS, 2 * (first.untilMs - NOW_MS));
  const options = { planned: [planned('demo', 'us-1', 'us-2')] };
  const { begin, waiting } = choose(options, pauses);
  assert.deepEqual(begin, []);
  assert.deepEqual(
    [waiting[0]?.state, waiting[0]?.note],
    ['retrying', 'failed 2 times, again in 20 s: not verified'],
  );
  assert.equal(choose({ ...options, nowMs: second.untilMs }, pauses).begin.length, 1);
  pauses.forget('demo');
  assert.equal(choose(options, pauses).begin.length, 1);
  for (let attempt = 0; attempt < 40; attempt++) pauses.fail('demo', '', NOW_MS);
  assert.equal(pauses.of('demo')!.untilMs - NOW_MS, 300_000);
});

test('a draining node is emptied without a plan, into the same region', () => {
  const { begin } = choose({ ring: draining('us-1') });
  assert.equal(begin.length, 1);
  assert.deepEqual([begin[0]?.from, begin[0]?.why], ['us-1', 'evacuate']);
  assert.match(begin[0]!.to, /^us-[23]$/);
});

test('a node that was taken out of the ring and still runs something is emptied alike', () => {
  const ring = ringRecord(8, nodes({}).slice(1));
  const { begin } = choose({ ring, states: { 'us-1': 'up' } });
  assert.deepEqual([begin[0]?.from, begin[0]?.why], ['us-1', 'evacuate']);
});

test('a draining node that is down is for the repairs, not for moves', () => {
  assert.deepEqual(choose({ ring: draining('us-1'), states: { 'us-1': 'down' } }).begin, []);
});

test('a planned way out of a draining node is taken; when its target is down, another is chosen', () => {
  const options = { ring: draining('us-1'), planned: [planned('demo', 'us-1', 'us-3', { why: 'evacuate' })] };
  assert.deepEqual(
    choose(options).begin.map(({ to }) => to),
    ['us-3'],
  );
  const { begin, drop } = choose({ ...options, states: { 'us-3': 'down' } });
  assert.deepEqual([begin.map(({ to }) => to), drop.length], [['us-2'], 1]);
});

test('streams of a draining node spread over what is left, as the load that each brings is counted', () => {
  const { begin } = choose({
    ring: draining('us-1'),
    placements: streams(2, ['us-1', 'eu-1']),
    loads: { 'us-1': 2000, 'us-2': 1000, 'us-3': 1000, 'eu-1': 2000 },
  });
  assert.deepEqual(begin.map(({ to }) => to).sort(), ['us-2', 'us-3']);
});

test('a replica that nobody can take stays, and says so', () => {
  const ring = ringRecord(8, [
    ringNode('us-1', { state: 'draining' }),
    ringNode('us-2', { capacity: 10 }),
    ringNode('eu-1'),
  ]);
  const { begin, waiting } = choose({ ring });
  assert.deepEqual(begin, []);
  assert.deepEqual([waiting[0]?.to, waiting[0]?.note], [null, 'no node can take it']);
});

test('a replica never joins the host of another one', () => {
  const same = { host: 'box' };
  const ring = ringRecord(8, nodes({ 'us-1': { state: 'draining' }, 'eu-1': same, 'us-2': same }));
  for (let index = 0; index < 20; index++) {
    const { begin } = choose({ ring, placements: [placement(`s${index}`, ['us-1', 'eu-1'])] });
    assert.deepEqual(
      begin.map(({ to }) => to),
      ['us-3'],
    );
  }
});

test('hundreds that wait for a publisher, or failed, keep no other stream from moving', () => {
  const silent = Array.from({ length: 300 }, (_, index) => placement(`a${index}`, ['us-1', 'eu-1']));
  const failed = Array.from({ length: 300 }, (_, index) => placement(`b${index}`, ['us-1', 'eu-1']));
  const pauses = new RetryPauses();
  for (const { stream } of failed) pauses.fail(stream, '', NOW_MS);
  const live = ['z', ...failed.map(({ stream }) => stream)];
  const placements = [...silent, ...failed, placement('z', ['us-1', 'eu-1'])];
  const { begin, waiting, total } = choose({ ring: draining('us-1'), placements, live }, pauses);
  assert.deepEqual(
    begin.map(({ stream }) => stream),
    ['z'],
  );
  assert.deepEqual([waiting.length, total], [99, 601]);
});

/** What adding us-3 planned: hundreds of streams that go there from us-1 and us-2. */
const added = Array.from({ length: 300 }, (_, index) =>
  placement(`s${index}`, [`us-${1 + (index % 2)}`, 'eu-1']),
);
const toAdded = added.map(({ stream, replicas }) => planned(stream, replicas[0]!, 'us-3'));

test('hundreds of moves to a node that was added keep no node elsewhere from being emptied', () => {
  const elsewhere = [placement('z', ['eu-2', 'us-1']), placement('y', ['eu-3', 'us-1'])];
  const { begin, waiting, total } = choose({
    ring: draining('eu-2'),
    placements: [...added, ...elsewhere],
    planned: [...toAdded, planned('y', 'eu-3', 'eu-1', { epoch: 8 })],
  });
  assert.deepEqual(begin.map(({ stream }) => stream).sort(), ['s0', 's1', 'y', 'z']);
  assert.deepEqual([begin.length + waiting.length, total], [100, 302]);
});

for (const state of ['down', 'unknown'] as const) {
  test(`hundreds of moves to a node that is ${state} wait behind all others, and go on when it is back`, () => {
    const silent = placement('silent', ['us-1', 'eu-2']);
    const options = {
      placements: [...added, placement('z', ['us-1', 'eu-2']), silent],
      planned: [
        ...toAdded,
        ...['z', 'silent'].map((stream) => planned(stream, 'us-1', 'us-2', { epoch: 8 })),
      ],
      live: [...added.map(({ stream }) => stream), 'z'],
    };
    const { begin, drop, waiting, total } = choose({ ...options, states: { 'us-3': state } });
    assert.deepEqual([begin.map(({ stream }) => stream), drop, total], [['z'], [], 302]);
    assert.deepEqual(
      waiting.slice(0, 2).map(({ note }) => note),
      ['its publisher sends no picture; it moves when there is one', 'us-3 is not heard'],
    );
    assert.deepEqual(
      choose(options).begin.map(({ to }) => to),
      ['us-3', 'us-3', 'us-2'],
    );
  });
}
