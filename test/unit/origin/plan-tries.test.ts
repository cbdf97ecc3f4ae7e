import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTries, rankOf, type TriesFacts } from '../../../src/lib/origin/feeds/plan-tries.ts';
import { peer } from '../../support/origin-node.ts';

const [us1, us2, us3, eu1, eu2, ap1] = ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'ap-1'].map((name, i) =>
  peer(name, `127.0.9.${i}`),
);

function namesFor(facts: Partial<TriesFacts>): string[] {
  const tries = planTries({
    candidates: [us1!, us2!, eu1!, ap1!],
    owners: [us1!, us2!],
    self: { name: 'us-9', region: 'us' },
    hasPipeline: false,
    holdsAny: false,
    ...facts,
  });
  return tries.map(({ peer: { name }, onward }) => `${name}${onward ? '+' : ''}`);
}

test('pipelines of the own region come first, then what its owners hand on, then other regions', () => {
  assert.deepEqual(namesFor({}), ['us-1', 'us-2', 'us-1+', 'us-2+', 'eu-1', 'ap-1']);
});

test('an owner fetches its first feed itself and has the second from another owner', () => {
  const self = { name: 'us-1', region: 'us' };
  const candidates = [us2!, us3!, eu1!, eu2!];
  assert.deepEqual(namesFor({ self, candidates }), ['us-2', 'us-3', 'eu-1', 'eu-2']);
  assert.deepEqual(namesFor({ self, candidates, holdsAny: true }), ['us-2', 'us-3', 'us-2+', 'eu-1', 'eu-2']);
});

test('an origin with a pipeline has its reserve without a detour', () => {
  const self = { name: 'us-3', region: 'us' };
  assert.deepEqual(namesFor({ self, hasPipeline: true, holdsAny: true }), ['us-1', 'us-2', 'eu-1', 'ap-1']);
});

test('what is no longer asked ranks last', () => {
  const tries = [us1!, eu1!].map((one) => ({ peer: one, onward: false }));
  assert.deepEqual([rankOf(tries, tries[1]!), rankOf(tries, { peer: us1!, onward: true })], [1, 2]);
});
