import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseRepairs,
  type RepairMemory,
  runningNodes,
} from '../../../src/lib/controller/choose-repairs.ts';
import { narrowToRunning } from '../../../src/lib/controller/narrow-to-running.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';
import { type FactsOptions, liveReport, NOW_MS, placement, roundFacts } from '../../support/round-facts.ts';

const LONG_UNPLACED = new Map([['new', NOW_MS - 5000]]);
const choose = (options: FactsOptions, memory: Partial<RepairMemory> = {}) =>
  chooseRepairs(roundFacts(options), {
    unplacedSinceMs: LONG_UNPLACED,
    tried: new Map(),
    fingerprint: 'a',
    ...memory,
  }).map(({ stream, why, gone }) => [stream, why, ...gone].join(' '));

test('a well cluster needs no repair', () => {
  assert.deepEqual(choose({}), []);
});

test('a published stream that nobody placed is placed, but not while its ingest node may be about to', () => {
  assert.deepEqual(choose({ live: ['demo', 'new'] }), ['new unplaced']);
  assert.deepEqual(
    choose({ live: ['demo', 'new'] }, { unplacedSinceMs: new Map([['new', NOW_MS - 500]]) }),
    [],
  );
});

test('before all nodes had time to speak, only a stream that runs everywhere it should is taken over', () => {
  const unsettled = { live: ['demo', 'new'], isSettled: false };
  const report = liveReport('new');
  assert.deepEqual(choose(unsettled), []);
  assert.deepEqual(choose({ ...unsettled, reports: { 'us-2 new': report } }), []);
  const both = { 'us-2 new': report, 'eu-2 new': report };
  assert.deepEqual(choose({ ...unsettled, reports: both }), ['new unplaced']);
});

test('what is lost on a node that is down is replaced; unknown, or not settled, replaces nothing', () => {
  assert.deepEqual(choose({ states: { 'eu-1': 'down' } }), ['demo lost eu-1']);
  assert.deepEqual(choose({ states: { 'eu-1': 'unknown' } }), []);
  assert.deepEqual(choose({ states: { 'eu-1': 'down' }, isSettled: false }), []);
});

test('streams without any replica left come first', () => {
  const placements = [
    placement('one-left', ['us-1', 'eu-1']),
    placement('none-left', ['eu-1', 'eu-2']),
    placement('well', ['us-1', 'us-2']),
  ];
  const states = { 'eu-1': 'down', 'eu-2': 'down' } as const;
  assert.deepEqual(choose({ placements, states }), ['none-left lost eu-1 eu-2', 'one-left lost eu-1']);
});

test('of a move, a lost target counts only when a replica is lost, too', () => {
  const move = { from: 'us-1', to: 'us-2', why: 'home' as const, startedMs: NOW_MS };
  const placements = [placement('demo', ['us-1', 'eu-1'], { move })];
  assert.deepEqual(choose({ placements, states: { 'us-2': 'down' } }), []);
  assert.deepEqual(choose({ placements, states: { 'us-1': 'down' } }), ['demo lost us-1']);
  assert.deepEqual(choose({ placements, states: { 'us-1': 'down', 'us-2': 'down' } }), [
    'demo lost us-1 us-2',
  ]);
});

test('a stream short of a replica is tried again when something changed, and now and then anyway', () => {
  const options = { placements: [placement('demo', ['us-1'])] };
  const tried = (agoMs: number, fingerprint: string) => ({
    tried: new Map([['demo', { atMs: NOW_MS - agoMs, fingerprint }]]),
  });
  assert.deepEqual(choose(options), ['demo short']);
  assert.deepEqual(choose(options, tried(2000, 'a')), []);
  assert.deepEqual(choose(options, tried(2000, 'b')), ['demo short']);
  assert.deepEqual(choose(options, tried(500, 'b')), []);
  assert.deepEqual(choose(options, tried(10_000, 'a')), ['demo short']);
});

test('one round tries a bounded number, those first that waited longest', () => {
  const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
  const tried = new Map(
    names.map((name, index) => [name, { atMs: NOW_MS - 20_000 - index, fingerprint: '' }]),
  );
  const chosen = choose({ placements: names.map((name) => placement(name, ['us-1'])) }, { tried });
  assert.equal(chosen.length, 50);
  assert.equal(chosen[0], 's199 short');
  const lost = choose({
    placements: Array.from({ length: 1000 }, (_, index) => placement(`s${index}`, ['us-1', 'eu-1'])),
    states: { 'eu-1': 'down' },
  });
  assert.equal(lost.length, 400);
});

const RING = ringRecord(
  7,
  ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2'].map((name) => ringNode(name)),
);
const WISH = createWish(RING, { stream: 'new', cost: 1000, region: 'us' }, { token: 3 });
const candidates = (wish: ReturnType<typeof narrowToRunning>) =>
  wish?.regions.flatMap((region) => region.candidates.map(({ name }) => name)).sort();

test('taking over asks for the nodes that run the stream, one a region, and keeps the rest of the wish', () => {
  const narrow = narrowToRunning(WISH, ['us-3', 'us-2', 'eu-2']);
  assert.deepEqual(candidates(narrow), ['eu-2', 'us-2', 'us-3']);
  assert.equal(narrow?.replicas, 2);
  assert.equal(narrow.token, 3);
  assert.deepEqual(
    narrow.regions.map(({ nodes }) => nodes),
    WISH.regions.map(({ nodes }) => nodes),
  );
});

test('two pipelines in one region of two make one replica; where there is one region, two', () => {
  assert.equal(narrowToRunning(WISH, ['us-2', 'us-3'])?.replicas, 1);
  const alone = createWish(
    ringRecord(7, RING.nodes.slice(0, 3)),
    { stream: 'new', cost: 1000, region: 'us' },
    { token: null },
  );
  assert.equal(narrowToRunning(alone, ['us-2', 'us-3'])?.replicas, 2);
});

test('nothing is taken over that does not run, or may not be placed on', () => {
  assert.equal(narrowToRunning(WISH, []), null);
  assert.equal(narrowToRunning(WISH, ['ap-1']), null);
});

test('a pipeline that failed or ended does not run', () => {
  const facts = roundFacts({
    reports: {
      'us-1 new': liveReport('new', { state: 'failed' }),
      'us-2 new': liveReport('new', { state: 'slate' }),
      'us-3 new': liveReport('new', { state: 'ended' }),
      'eu-1 new': liveReport('new', { state: 'starting' }),
    },
  });
  assert.deepEqual(runningNodes(facts, 'new'), ['us-2', 'eu-1']);
});
