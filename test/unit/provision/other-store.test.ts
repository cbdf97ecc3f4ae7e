import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { findOvertaken, leavingStores } from '../../../src/lib/provision/other-store.ts';
import { DEFAULT_PORTS } from '../../../src/lib/spec/defaults.ts';

const stores = (...names: string[]): Peer[] =>
  names.map((name) => ({
    name,
    region: 'us',
    address: name,
    roles: ['store'],
    ports: DEFAULT_PORTS,
    weight: 1,
  }));

for (const [what, before, after, refused] of [
  ['stores after the one that there is', ['a'], ['a', 'b', 'c'], false],
  ['a new store before the one that there is', ['a'], ['b', 'a', 'c'], true],
  ['new stores in its place', ['a'], ['b', 'c', 'd'], true],
  ['another order of three, which know by themselves', ['a', 'b', 'c'], ['c', 'b', 'a'], false],
  ['a single store again', ['a', 'b', 'c'], ['a'], false],
  ['a new store after those of three that stay', ['a', 'b', 'c'], ['b', 'c', 'd'], false],
  ['a new store before them', ['a', 'b', 'c'], ['d', 'b', 'c'], true],
  ['new stores in the place of three of which none is left', ['a', 'b', 'c'], ['d', 'e', 'f'], false],
] as const) {
  test(`${what}: ${refused ? 'refused' : 'fine'}`, () => {
    assert.equal(findOvertaken(stores(...after), stores(...before))?.code, refused ? 'CONFLICT' : undefined);
  });
}

test('the remedy says after which store the new one goes', () => {
  const refusal = findOvertaken(stores('d', 'b', 'c'), stores('a', 'b', 'c'));
  assert.equal(refusal?.message, 'replace stores: d would be the first, and knows nothing');
  assert.equal(refusal.hint, 'List d after c; nothing was changed.');
});

test('of several stores those leave that the spec does not have, or not as stores', () => {
  const others = [...stores('b', 'd'), { ...stores('c')[0]!, roles: ['origin'] as const }];
  assert.deepEqual(leavingStores(others, stores('a', 'b', 'c')), stores('a', 'c'));
  assert.deepEqual(leavingStores(stores('b', 'c', 'd'), stores('a')), [], 'of one store nobody takes over');
});
