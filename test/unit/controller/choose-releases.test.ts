import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseReleases, type ReleaseMemory } from '../../../src/lib/controller/choose-releases.ts';
import { type FactsOptions, liveReport, NOW_MS, placement, roundFacts } from '../../support/round-facts.ts';

const choose = (options: FactsOptions, silentSec: number, memory: Partial<ReleaseMemory> = {}) =>
  chooseReleases(roundFacts({ live: [], ...options }), {
    silentSinceMs: new Map([['demo', NOW_MS - silentSec * 1000]]),
    known: new Set(['demo']),
    slateMaxSec: () => 30,
    ...memory,
  }).map(({ why }) => why);
const slate = liveReport('demo', { state: 'slate' });
const ended = liveReport('demo', { state: 'ended', fresh: false });
const SHOWN = { reports: { 'us-1 demo': slate, 'eu-1 demo': slate } };
const ENDED = { reports: { 'us-1 demo': ended, 'eu-1 demo': ended } };

test('a stream that is published is kept, whatever its pipelines say', () => {
  assert.deepEqual(choose({ ...ENDED, live: ['demo'] }, 100), []);
});

test('a stream whose pipelines have all ended is released, but not before the next session may have opened', () => {
  assert.deepEqual(choose(ENDED, 2), ['ended']);
  assert.deepEqual(choose(ENDED, 1), []);
});

test('a stream is kept while any pipeline shows the slate, and released when its time and ten seconds are over', () => {
  assert.deepEqual(choose(SHOWN, 39), []);
  assert.deepEqual(choose({ reports: { 'us-1 demo': ended, 'eu-1 demo': slate } }, 39), []);
  assert.deepEqual(choose(SHOWN, 41), ['slate-over']);
});

test('a pipeline that nobody reports has ended after a while, one on a node that is down has at once', () => {
  const absent = { reports: { 'us-1 demo': null, 'eu-1 demo': null } };
  assert.deepEqual(choose(absent, 5), []);
  assert.deepEqual(choose(absent, 6), ['ended']);
  assert.deepEqual(choose({ reports: { 'us-1 demo': ended }, states: { 'eu-1': 'down' } }, 2), ['ended']);
});

test('a node that is not heard may still show the slate', () => {
  assert.deepEqual(choose({ reports: { 'us-1 demo': ended }, states: { 'eu-1': 'unknown' } }, 20), []);
  assert.deepEqual(choose({ reports: { 'us-1 demo': ended }, states: { 'eu-1': 'unknown' } }, 41), [
    'slate-over',
  ]);
});

test('a stream that was removed is released without waiting for its slate', () => {
  assert.deepEqual(choose(SHOWN, 3, { known: new Set() }), ['removed']);
});

test('the target of a move counts like a replica', () => {
  const move = { from: 'us-1', to: 'us-2', why: 'home' as const, startedMs: NOW_MS };
  const placements = [placement('demo', ['us-1', 'eu-1'], { move })];
  assert.deepEqual(choose({ placements, reports: { ...ENDED.reports, 'us-2 demo': slate } }, 3), []);
  assert.deepEqual(choose({ placements, reports: { ...ENDED.reports, 'us-2 demo': ended } }, 3), ['ended']);
});

test('nothing is released before all nodes had time to speak', () => {
  assert.deepEqual(choose({ ...ENDED, isSettled: false }, 100), []);
});
