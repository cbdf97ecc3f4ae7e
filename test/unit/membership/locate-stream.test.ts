import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRing } from '../../../src/lib/membership/describe-ring.ts';
import { locateStream, locateStreams, type RingFacts } from '../../../src/lib/membership/locate-stream.ts';
import { nextNodeName } from '../../../src/lib/membership/next-node-name.ts';
import { prepareLesson } from '../../../src/lib/membership/ring-lesson.ts';
import { crc32Key } from '../../../src/lib/ring/crc32.ts';
import { Ring } from '../../../src/lib/ring/ring.ts';
import type { PlacementRecord, RingNode } from '../../../src/lib/store/ring-records.ts';
import { placeAll } from '../../support/ring-facts.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';

const US = ['us-1', 'us-2', 'us-3'];
const WALK = new Ring(US.map((name) => ringNode(name))).walk('demo').map(({ name }) => name);
const [OWNER = '', SECOND = '', THIRD = ''] = WALK;

/** One region in which demo runs on one node. */
function onNode(
  node: string,
  changes: Partial<RingFacts> = {},
  differing: Record<string, Partial<RingNode>> = {},
) {
  const nodes = US.map((name) => ringNode(name, differing[name]));
  const placement: PlacementRecord = {
    version: 1,
    stream: 'demo',
    cost: 1000,
    region: 'us',
    epoch: 1,
    replicas: [node],
    move: null,
    createdMs: 0,
  };
  const facts: RingFacts = {
    ring: ringRecord(1, nodes, { replicas: 1 }),
    placements: new Map([['demo', placement]]),
    loads: new Map([[node, 1000]]),
    planned: [],
    refusals: [],
    ...changes,
  };
  return locateStream(facts, 'demo')[0]!;
}

test('a stream with its owner needs no explanation, and its successors are the rest of its walk', () => {
  const { owner, successors, placed, reason, why, position } = onNode(OWNER);
  assert.deepEqual([owner, ...successors], WALK);
  assert.deepEqual([placed, reason, why], [[OWNER], 'owner', null]);
  assert.equal(position, crc32Key('demo') / 2 ** 32);
});

const placement = (replicas: readonly string[], move: PlacementRecord['move'] = null) =>
  new Map([
    [
      'demo',
      {
        version: 1 as const,
        stream: 'demo',
        cost: 1000,
        region: 'us',
        epoch: 1,
        replicas,
        move,
        createdMs: 0,
      },
    ],
  ]);
const refusal = { stream: 'demo', atMs: 0, lack: 'no node has room', cure: 'Add one.' };
const planned = { stream: 'demo', from: SECOND, to: OWNER, why: 'home' as const, epoch: 1, order: 0 };

for (const [name, located, reason, why] of [
  [
    'whose owner is full',
    onNode(SECOND, {
      loads: new Map([
        [OWNER, 9000],
        [SECOND, 1000],
      ]),
    }),
    'full',
    `${OWNER} is full`,
  ],
  ['whose owner has room again', onNode(SECOND), 'was-full', `${OWNER} was full then and has room now`],
  [
    'whose owner drains',
    onNode(SECOND, {}, { [OWNER]: { state: 'draining' } }),
    'draining',
    `${OWNER} drains`,
  ],
  [
    'on a node that drains',
    onNode(OWNER, {}, { [OWNER]: { state: 'draining' } }),
    'draining',
    `${OWNER} drains, so it moves away`,
  ],
  [
    'without room within its capacity',
    onNode(SECOND, {}, { [OWNER]: { capacity: 500 } }),
    'full',
    `${OWNER} is full`,
  ],
  [
    'that is pinned',
    onNode(THIRD, {
      ring: ringRecord(
        1,
        US.map((one) => ringNode(one)),
        { replicas: 1, pins: { demo: [THIRD] } },
      ),
    }),
    'pinned',
    `pinned to ${THIRD}`,
  ],
  [
    'that moves',
    onNode(SECOND, {
      placements: placement([SECOND], { from: SECOND, to: OWNER, why: 'home', startedMs: 0 }),
    }),
    'moving',
    `moving from ${SECOND} to ${OWNER}`,
  ],
  [
    'that will move',
    onNode(SECOND, { planned: [planned] }),
    'moving',
    `will move from ${SECOND} to ${OWNER}`,
  ],
  ['that nobody publishes', onNode(SECOND, { placements: new Map() }), 'not-placed', 'nobody publishes it'],
  [
    'that has no place',
    onNode(SECOND, { placements: new Map(), refusals: [refusal] }),
    'refused',
    'no node has room',
  ],
  [
    'that lacks its replica here',
    onNode(SECOND, { placements: placement(['eu-1']), refusals: [refusal] }),
    'refused',
    'no node has room',
  ],
  [
    'that runs in other regions',
    onNode(SECOND, { placements: placement(['eu-1', 'ap-1']) }),
    'elsewhere',
    'its 2 replicas are on eu-1, ap-1',
  ],
] as const) {
  test(`a stream ${name} says so`, () => {
    assert.deepEqual([located.reason, located.why], [reason, why]);
  });
}

test('a joining replica counts as placed', () => {
  const moving = placement([SECOND], { from: SECOND, to: OWNER, why: 'home', startedMs: 0 });
  assert.deepEqual(onNode(SECOND, { placements: moving }).placed, [SECOND, OWNER]);
});

test('two replicas in one region are both at home when they are the first two hosts of the walk', () => {
  const shared = { [OWNER]: { host: 'one' }, [SECOND]: { host: 'one' } };
  const located = onNode(OWNER, { placements: placement([OWNER, THIRD]) }, shared);
  assert.deepEqual(
    [located.reason, located.why],
    ['same-host', `${SECOND} is on the machine of ${OWNER}, which runs it too`],
  );
  assert.equal(onNode(OWNER, { placements: placement([SECOND, OWNER]) }).reason, 'owner');
});

test('names that records inherit are names like others', () => {
  const facts = placeAll(ringRecord(1, [ringNode('us-1')]), []);
  assert.equal(locateStream(facts, 'constructor')[0]?.reason, 'not-placed');
});

const STREAMS = Array.from({ length: 40 }, (_, at) => ({ stream: `s-${at}`, cost: 1000 + at * 10 }));
const NODES = [
  ringNode('eu-1'),
  ringNode('us-1'),
  ringNode('us-2', { weight: 3 }),
  ringNode('us-3', { state: 'draining' }),
];
const FACTS = placeAll(ringRecord(7, NODES), STREAMS);

test('one region is located alone, also when no names are given; one that the ring does not have is refused', () => {
  const regions = locateStreams(FACTS, ['s-1', 's-2'], 'us').map(({ region }) => region);
  assert.deepEqual(regions, ['us', 'us']);
  assert.equal(locateStreams(FACTS, ['s-1', 's-2']).length, 4);
  assert.deepEqual(locateStreams(FACTS, [], 'us'), []);
  assert.throws(() => locateStreams(FACTS, ['s-1'], 'mars'), { code: 'NOT_FOUND' });
  assert.throws(() => locateStreams(FACTS, [], 'mars'), { code: 'NOT_FOUND' });
});

test('the description adds up: shares, points, streams and loads', () => {
  const addresses = new Map([['us-1', '127.0.0.1']]);
  const ring = describeRing(FACTS, { cluster: 'test', addresses });
  const us = ring.members.filter(({ region }) => region === 'us');
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  assert.ok(Math.abs(sum(us.map(({ share }) => share)) - 1) < 1e-9);
  assert.equal(sum(us.map(({ points }) => points)), ring.regions.find(({ name }) => name === 'us')?.points);
  assert.equal(sum(us.map(({ streams }) => streams)), STREAMS.length);
  assert.equal(sum(us.map(({ load }) => load)), sum(STREAMS.map(({ cost }) => cost)));
  assert.ok(Math.abs(sum(us.map(({ fairLoad }) => fairLoad)) - sum(us.map(({ load }) => load))) < 1e-6);
  assert.deepEqual([us[0]?.address, us[1]?.address], ['127.0.0.1', null]);
  assert.deepEqual([us[2]?.state, us[2]?.limit], ['draining', 0]);
  assert.equal(describeRing(FACTS, { cluster: 'test', addresses, region: 'eu' }).members.length, 1);
});

test('the lesson tells the truth: the next point owns the example, and only the new node gains', () => {
  const names = STREAMS.map(({ stream }) => stream);
  const lesson = prepareLesson(FACTS, { cluster: 'test', streams: names, example: 's-3' })!;
  assert.equal(lesson.region, 'us');
  assert.equal(lesson.next[0]?.node, lesson.example.owner);
  assert.ok(lesson.next[0]!.position >= lesson.example.position);
  const members = lesson.members.map(({ name, weight }) => ({ name, weight }));
  const after = new Ring([...members, { name: lesson.join.node, weight: 1 }]);
  const before = new Ring(members);
  const changed = names.filter((name) => after.owner(name)?.name !== before.owner(name)?.name);
  assert.equal(lesson.join.moved, changed.length);
  assert.ok(lesson.join.movedByModulo > lesson.join.moved);
});

test('the next free name counts on', () => {
  assert.equal(nextNodeName(['us-1', 'us-12', 'us-3']), 'us-13');
  assert.equal(nextNodeName(['box']), 'box-2');
});
