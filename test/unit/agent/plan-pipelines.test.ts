import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PipelineFacts, planPipelines } from '../../../src/lib/agent/plan-pipelines.ts';

const NOW_MS = 1_800_000_000_000;
const up = { isUp: true };
const facts = (given: Partial<PipelineFacts>): PipelineFacts => ({
  nowMs: NOW_MS,
  live: new Set(),
  liveIsComplete: true,
  candidates: given.live ?? [],
  seatOf: () => 'here',
  units: new Map(),
  lastLiveMs: new Map(),
  ended: new Set(),
  slateMaxSec: () => 60,
  ...given,
});

const rows: [string, Partial<PipelineFacts>, { start?: string[]; remove?: string[] }][] = [
  ['nothing live, nothing runs', {}, {}],
  ['a live stream placed here is started', { live: new Set(['a']) }, { start: ['a'] }],
  ['a live stream placed elsewhere is not', { live: new Set(['a']), seatOf: () => 'not-here' }, {}],
  ['nor is one that nobody can place', { live: new Set(['a']), seatOf: () => 'unsure' }, {}],
  ['a stream placed here a moment ago is started before it is live', { candidates: ['a'] }, { start: ['a'] }],
  [
    'one whose slate time has passed is not',
    { candidates: ['a'], lastLiveMs: new Map([['a', NOW_MS - 61_000]]) },
    {},
  ],
  ['nor one that ended', { candidates: ['a'], ended: new Set(['a']) }, {}],
  ['one that runs is left alone', { live: new Set(['a']), units: new Map([['a', up]]) }, {}],
  [
    'one that was stopped is started',
    { live: new Set(['a']), units: new Map([['a', { isUp: false }]]) },
    { start: ['a'] },
  ],
  [
    'within its slate it stays',
    { units: new Map([['a', up]]), lastLiveMs: new Map([['a', NOW_MS - 69_000]]) },
    {},
  ],
  [
    'after its slate it goes',
    { units: new Map([['a', up]]), lastLiveMs: new Map([['a', NOW_MS - 71_000]]) },
    { remove: ['a'] },
  ],
  [
    'with the store away nothing goes',
    {
      units: new Map([['a', up]]),
      lastLiveMs: new Map([['a', NOW_MS - 3600_000]]),
      ended: new Set(['a']),
      liveIsComplete: false,
    },
    {},
  ],
  ['one never seen live by this agent stays for now', { units: new Map([['a', up]]) }, {}],
  [
    'one that says it ended goes at once',
    { units: new Map([['a', up]]), ended: new Set(['a']) },
    { remove: ['a'] },
  ],
  [
    'one that ended and is live again stays',
    { live: new Set(['a']), units: new Map([['a', up]]), ended: new Set(['a']) },
    {},
  ],
  [
    'one placed elsewhere now goes even while live',
    { live: new Set(['a']), units: new Map([['a', up]]), seatOf: () => 'not-here' },
    { remove: ['a'] },
  ],
  [
    'one that nobody can place stays',
    { live: new Set(['a']), units: new Map([['a', up]]), seatOf: () => 'unsure' },
    {},
  ],
];
for (const [title, given, expected] of rows) {
  test(title, () => {
    assert.deepEqual(planPipelines(facts(given)), { start: [], remove: [], ...expected });
  });
}
