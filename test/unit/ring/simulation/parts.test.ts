import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rendezvousOrder } from '../../../../src/lib/ring/rendezvous.ts';
import { Assignment } from '../../../../src/lib/ring/simulation/assignment.ts';
import { MAGLEV_ENTRIES, makeMaglevTable } from '../../../../src/lib/ring/simulation/maglev.ts';
import { measureMoves } from '../../../../src/lib/ring/simulation/measure.ts';
import { interleave, splitEvenly, zipfViewers } from '../../../../src/lib/ring/simulation/popularity.ts';
import { makeStreamKeys, RegionView } from '../../../../src/lib/ring/simulation/region-view.ts';

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

describe('zipfViewers', () => {
  it('shares out every viewer, and no stream has more than a more popular one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(100_000),
        fc.constantFrom(0, 0.8, 1, 2),
        (...args) => {
          const counts = zipfViewers(...args);
          assert.equal(sum(counts), args[1]);
          for (let at = 1; at < counts.length; at++) assert.ok(counts[at]! <= counts[at - 1]! + 1);
        },
      ),
    );
    assert.deepEqual([...zipfViewers(4, 25, 1)], [12, 6, 4, 3]);
  });
});

describe('splitEvenly', () => {
  it('keeps every count, with parts that differ by one at most in sum and in each', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(99)), fc.integer({ min: 1, max: 5 }), (list, parts) => {
        const split = splitEvenly(Uint32Array.from(list), parts);
        for (const [at, count] of list.entries()) {
          const pieces = split.map((part) => part[at]!);
          assert.equal(sum(pieces), count);
          assert.ok(Math.max(...pieces) - Math.min(...pieces) <= 1);
        }
        const sums = split.map(sum);
        assert.ok(Math.max(...sums) - Math.min(...sums) <= 1);
      }),
    );
  });
});

describe('interleave', () => {
  it('names each index as often as its count says', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), fc.nat(), (list, seed) => {
        const found = new Array<number>(list.length).fill(0);
        for (const index of interleave(Uint32Array.from(list), seed)) found[index]!++;
        assert.deepEqual(found, list);
      }),
    );
  });

  it('has each about as often as its share in every stretch', () => {
    const order = interleave(Uint32Array.from([5000, 4000, 1000]), 7);
    for (let from = 0; from < 10_000; from += 1000) {
      const first = order.subarray(from, from + 1000).filter((index) => index === 0).length;
      assert.ok(Math.abs(first - 500) < 40, `${first} of 1000`);
    }
  });
});

describe('makeMaglevTable', () => {
  const names = Array.from({ length: 50 }, (_, at) => `node-${at}`);
  const table = makeMaglevTable(names);

  it('gives every node the same share, to within one entry', () => {
    const counts = new Array<number>(names.length).fill(0);
    for (const node of table) counts[node]!++;
    assert.equal(sum(counts), MAGLEV_ENTRIES);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
  });

  it('changes few entries of the others when a node goes', () => {
    const fewer = makeMaglevTable(names.slice(0, -1));
    const disturbed = table.filter((node, entry) => node !== 49 && node !== fewer[entry]).length;
    assert.ok(disturbed / MAGLEV_ENTRIES < 0.05, `${disturbed} entries`);
  });
});

describe('rendezvousOrder', () => {
  const members = [
    { name: 'us', weight: 2 },
    { name: 'eu', weight: 1 },
    { name: 'ap', weight: 1 },
  ];
  const keys = Array.from({ length: 20_000 }, (_, at) => `stream-${at}`);

  it('gives each member a share by weight, also of the second places', () => {
    const firsts = keys.map((key) => rendezvousOrder(key, members)[0]!.name);
    for (const [name, share] of [
      ['us', 0.5],
      ['eu', 0.25],
      ['ap', 0.25],
    ] as const) {
      const found = firsts.filter((first) => first === name).length / keys.length;
      assert.ok(Math.abs(found - share) < 0.015, `${name}: ${found}`);
    }
    const seconds = keys.filter((key) => {
      const [first, second] = rendezvousOrder(key, members);
      return first!.name === 'us' && second!.name === 'eu';
    });
    assert.ok(Math.abs(seconds.length / keys.length - 0.25) < 0.015, `${seconds.length}`);
  });

  it('moves keys only to a member that becomes heavier', () => {
    const heavier = members.map((member) => ({
      ...member,
      weight: member.name === 'eu' ? 2.5 : member.weight,
    }));
    for (const key of keys.slice(0, 3000)) {
      const after = rendezvousOrder(key, heavier)[0]!.name;
      if (after !== 'eu') assert.equal(after, rendezvousOrder(key, members)[0]!.name);
    }
  });
});

describe('measureMoves', () => {
  const keys = makeStreamKeys(1, 1);
  const state = (members: readonly number[], viewers: Readonly<Record<number, number>>) => {
    const demand = Uint32Array.of(sum(Object.values(viewers)));
    const assignment = Assignment.empty(1, 4);
    for (const [slot, count] of Object.entries(viewers)) assignment.add(0, Number(slot), count);
    return { view: new RegionView('r1', members, { demand, keys }), assignment };
  };
  const cases = [
    ['nothing changes', state([0, 1], { 0: 5, 1: 3 }), state([0, 1], { 0: 5, 1: 3 }), 0, 0],
    ['a node is gone: its viewers have a cause', state([0, 1], { 0: 5, 1: 3 }), state([1], { 1: 8 }), 5, 0],
    ['a node is new: who goes there has a cause', state([0], { 0: 8 }), state([0, 1], { 0: 5, 1: 3 }), 3, 0],
    ['viewers swap old nodes without a cause', state([0, 1], { 0: 5 }), state([0, 1], { 0: 1, 1: 4 }), 4, 4],
    ['viewers leave the region', state([0, 1], { 0: 5, 1: 3 }), state([0, 1], { 0: 4, 1: 2 }), 2, 0],
    ['viewers arrive, nobody moved', state([0], { 0: 2 }), state([0], { 0: 9 }), 0, 0],
    [
      'one is new, but others swap too',
      state([0, 1], { 0: 6 }),
      state([0, 1, 2], { 0: 1, 1: 3, 2: 2 }),
      5,
      3,
    ],
  ] as const;
  for (const [what, before, after, moved, collateral] of cases) {
    it(what, () => {
      assert.deepEqual(measureMoves(before, after), { moved, collateral });
    });
  }
});
