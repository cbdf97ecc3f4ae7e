import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { findOvertaken } from '../../../src/lib/provision/other-store.ts';
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
] as const) {
  test(`${what}: ${refused ? 'refused' : 'fine'}`, () => {
    assert.equal(findOvertaken(stores(...after), stores(...before))?.code, refused ? 'CONFLICT' : undefined);
  });
}
