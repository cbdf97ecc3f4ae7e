import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { chooseOthers } from '../../../src/lib/origin/steering/choose-pathways.ts';
import {
  choosePriority,
  type SteeredPathway,
  type SteeringQuestion,
} from '../../../src/lib/origin/steering/choose-priority.ts';
import { Departures } from '../../../src/lib/origin/steering/departures.ts';
import { PathwayLooks } from '../../../src/lib/origin/steering/pathway-looks.ts';

const pathway = (name: string, differing: Partial<SteeredPathway> = {}): SteeredPathway => ({
  name,
  region: name.split('-')[0]!,
  isWell: true,
  load: 0,
  ...differing,
});
const question = (differing: Partial<SteeringQuestion> = {}): SteeringQuestion => ({
  home: pathway('us-2'),
  others: [pathway('eu-2'), pathway('ap-2')],
  inUse: 'us-2',
  bucket: 50,
  moves: [],
  random: 0.5,
  ...differing,
});
const US_TO_EU = { from: 'us', to: 'eu', share: 30 };

test('a player stays at its own edge while that is well', () => {
  assert.deepEqual(choosePriority(question()).priority, ['us-2', 'eu-2', 'ap-2']);
});

test('an edge that is not well comes last, and the plan does not speak of that', () => {
  const { priority, planned } = choosePriority(question({ home: pathway('us-2', { isWell: false }) }));
  assert.deepEqual(priority, ['eu-2', 'ap-2', 'us-2']);
  assert.deepEqual(planned, ['us-2', 'eu-2', 'ap-2']);
});

test('with nobody well the order is the plan: somebody must be asked', () => {
  const ill = { isWell: false };
  const all = { home: pathway('us-2', ill), others: [pathway('eu-2', ill)] };
  assert.deepEqual(choosePriority(question(all)).priority, ['us-2', 'eu-2']);
});

test('a planned move takes exactly its share of the buckets, always the same ones', () => {
  const first = (bucket: number): string =>
    choosePriority(question({ bucket, moves: [US_TO_EU] })).planned[0]!;
  const buckets = Array.from({ length: 100 }, (_, bucket) => first(bucket));
  assert.equal(buckets.filter((name) => name === 'eu-2').length, 30);
  assert.equal(buckets.filter((name) => name === 'us-2').length, 70);
});

test('a larger share moves more, and moves nobody back', () => {
  const moved = (share: number): number[] =>
    Array.from({ length: 100 }, (_, bucket) => bucket).filter(
      (bucket) => choosePriority(question({ bucket, moves: [{ ...US_TO_EU, share }] })).planned[0] === 'eu-2',
    );
  const few = moved(20);
  const many = new Set(moved(60));
  assert.ok(few.every((bucket) => many.has(bucket)));
});

test('several moves share the buckets', () => {
  const moves = [US_TO_EU, { from: 'us', to: 'ap', share: 20 }, { from: 'eu', to: 'us', share: 100 }];
  const names = Array.from(
    { length: 100 },
    (_, bucket) => choosePriority(question({ bucket, moves })).planned[0],
  );
  const count = (name: string): number => names.filter((each) => each === name).length;
  assert.deepEqual([count('eu-2'), count('ap-2'), count('us-2')], [30, 20, 50]);
});

test('a move to a region that has no edge here moves nobody', () => {
  const moves = [{ from: 'us', to: 'sa', share: 100 }];
  assert.equal(choosePriority(question({ moves })).planned[0], 'us-2');
});

test('a full edge sends away who begins, and nobody who plays', () => {
  const home = pathway('us-2', { load: 1.1 });
  assert.equal(choosePriority(question({ home, inUse: null })).priority[0], 'eu-2');
  assert.equal(choosePriority(question({ home, inUse: 'us-2' })).priority[0], 'us-2');
});

test('it sends them where there is room, and keeps them when there is none', () => {
  const home = pathway('us-2', { load: 1.1 });
  const full = pathway('eu-2', { load: 1 });
  const first = (others: readonly SteeredPathway[]): string =>
    choosePriority(question({ home, others, inUse: null })).priority[0]!;
  assert.equal(first([full, pathway('ap-2', { load: 0.9 })]), 'ap-2');
  assert.equal(first([full, pathway('ap-2', { isWell: false })]), 'us-2');
});

test('those who were sent away come back when there is room again, a few at a time', () => {
  const back = (load: number, random: number): string =>
    choosePriority(question({ home: pathway('us-2', { load }), inUse: 'eu-2', random })).priority[0]!;
  assert.equal(back(0.9, 0), 'eu-2');
  assert.equal(back(0.7, 0.5), 'eu-2');
  assert.equal(back(0.7, 0.1), 'us-2');
});

test('without a limit everybody comes home at once', () => {
  assert.equal(choosePriority(question({ inUse: 'eu-2' })).priority[0], 'us-2');
});

const edge = (name: string, roles: Peer['roles'] = ['edge']): Peer =>
  ({
    name,
    region: name.split('-')[0]!,
    roles,
    address: '127.0.0.9',
    ports: { http: 8080 },
  }) as unknown as Peer;

test('players are told of one edge in each other region, each of their own by turns', () => {
  const peers = ['us-1', 'us-2', 'eu-1', 'eu-2', 'ap-1', 'ap-2'].map((name) => edge(name));
  const names = (home: string): string[] => chooseOthers(home, peers).map(({ name }) => name);
  assert.deepEqual(names('us-1'), ['eu-1', 'ap-1']);
  assert.deepEqual(names('us-2').sort(), ['ap-2', 'eu-2']);
});

test('in a cluster of one region they are told of its other edges, and of nothing where there is one', () => {
  const peers = [edge('us-1', ['origin']), edge('us-2'), edge('us-3'), edge('us-4')];
  assert.deepEqual(
    chooseOthers('us-3', peers).map(({ name }) => name),
    ['us-4', 'us-2'],
  );
  assert.deepEqual(chooseOthers('us-2', peers.slice(0, 2)), []);
});

test('another edge is asked once for many players, over the way that they take', async () => {
  let nowMs = 0;
  const asked: string[] = [];
  const looks = new PathwayLooks({
    nowMs: () => nowMs,
    getText: (url) => {
      asked.push(url);
      return Promise.resolve(
        JSON.stringify({ version: 1, node: 'eu-2', pathways: [], here: { mediaAgeMs: 100, load: 0.5 } }),
      );
    },
  });
  const all = await Promise.all(Array.from({ length: 50 }, () => looks.at(edge('eu-2'), 'demo')));
  assert.deepEqual(asked, ['http://127.0.0.9:8080/live/demo/pathways.json']);
  assert.ok(all.every((seen) => seen?.load === 0.5));
  nowMs = 5000;
  await looks.at(edge('eu-2'), 'demo');
  assert.equal(asked.length, 2);
});

test('an edge that does not answer, or answers nonsense, is not well', async () => {
  const looks = (getText: () => Promise<string>): PathwayLooks =>
    new PathwayLooks({ nowMs: () => 0, getText });
  assert.equal(await looks(() => Promise.reject(new Error('refused'))).at(edge('eu-2'), 'demo'), null);
  assert.equal(await looks(() => Promise.resolve('<html>')).at(edge('eu-2'), 'demo'), null);
});

test('what players say that they left is counted for 20 seconds, by edge and reason', () => {
  const departures = new Departures();
  const edges = new Set(['us-2', 'eu-2']);
  for (let player = 0; player < 5; player++) departures.hear('us-2:late', edges, 1_000_000 + player * 1000);
  departures.hear('us-2:error,eu-2:stale', edges, 1_000_000);
  assert.deepEqual(departures.report(1_010_000), [
    { node: 'us-2', why: 'late', players: 5 },
    { node: 'us-2', why: 'error', players: 1 },
    { node: 'eu-2', why: 'stale', players: 1 },
  ]);
  assert.deepEqual(departures.report(1_022_000), [{ node: 'us-2', why: 'late', players: 2 }]);
  assert.deepEqual(departures.report(1_030_000), []);
});

test('what no player can have left is passed over', () => {
  const departures = new Departures();
  for (const word of ['', ':', 'us-9:late', 'us-2:because', '<b>:late', `${'us-2:late,'.repeat(1000)}`]) {
    departures.hear(word, new Set(['us-2']), 1_000_000);
  }
  assert.deepEqual(departures.report(1_000_000), [{ node: 'us-2', why: 'late', players: 4 }]);
});
