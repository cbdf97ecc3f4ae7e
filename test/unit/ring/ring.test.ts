import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { crc32Key } from '../../../src/lib/ring/crc32.ts';
import { Ring, type RingMember } from '../../../src/lib/ring/ring.ts';
import { anyText } from '../../support/any-text.ts';

const KEYS = Array.from({ length: 4000 }, (_, index) => `stream-${index}`);

const memberList = fc.uniqueArray(
  fc.record({
    name: fc.oneof(
      fc.ipV4().map((address) => `${address}:8081`),
      fc.domain(),
      fc.stringMatching(/^unix:\/run\/[a-z]{1,9}$/),
    ),
    weight: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 12, selector: (member) => member.name },
);

/** The formula written down as plainly as it can be, over zlib's own CRC: every point, searched from the start. */
function plainOwner(members: readonly RingMember[], key: string): string {
  const points = plainPoints(members);
  return (points.find((point) => point.hash >= crc32(key)) ?? points[0]!).name;
}

function plainPoints(members: readonly RingMember[]): { hash: number; name: string }[] {
  const points: { hash: number; name: string }[] = [];
  for (const { name, weight } of members) {
    const address = name.replace(/^unix:/, '');
    const [host, port = ''] = name.startsWith('unix:') ? [address] : address.split(/:(?=\d*$)/);
    const previous = Buffer.alloc(4);
    for (let point = 0; point < weight * 160; point++) {
      previous.writeUInt32LE(crc32(previous, crc32(`${host}\0${port}`)));
      points.push({ hash: previous.readUInt32LE(), name });
    }
  }
  return points.sort((a, b) => a.hash - b.hash);
}

function nodes(count: number): RingMember[] {
  return Array.from({ length: count }, (_, index) => ({ name: `10.0.0.${index}:8081`, weight: 1 }));
}

describe('crc32Key', () => {
  it('is the CRC-32 of the UTF-8 bytes of any text, as zlib computes it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyText), (text) => {
        assert.equal(crc32Key(text), crc32(text));
      }),
    );
  });
});

describe('Ring', () => {
  it('owner() agrees with the formula written down plainly', () => {
    fc.assert(
      fc.property(memberList, fc.array(fc.string(), { maxLength: 20 }), (members, keys) => {
        const ring = new Ring(members);
        for (const key of keys) assert.equal(ring.owner(key)?.name, plainOwner(members, key));
      }),
      { numRuns: 40 },
    );
  });

  it('owner() does not depend on the order of members, unless two share a position', () => {
    fc.assert(
      fc.property(memberList, (members) => {
        const points = plainPoints(members);
        fc.pre(new Set(points.map(({ hash }) => hash)).size === points.length);
        const one = new Ring(members);
        const other = new Ring(members.toReversed());
        for (const key of KEYS.slice(0, 200)) assert.deepEqual(one.owner(key), other.owner(key));
      }),
    );
  });

  it('of two members that share a position the first has it, as in nginx', () => {
    const [first, second] = [
      { name: 'aq52.qwz', weight: 4 },
      { name: 'v57.upc', weight: 1 },
    ] as const;
    const hashes = (member: RingMember) => plainPoints([member]).map(({ hash }) => hash);
    assert.ok(hashes(first).some((hash) => hashes(second).includes(hash)));
    const forwards = new Ring([first, second]);
    const backwards = new Ring([second, first]);
    const differing = KEYS.filter((key) => forwards.owner(key)?.name !== backwards.owner(key)?.name);
    assert.ok(differing.length > 0);
    for (const key of differing) {
      assert.deepEqual([forwards.owner(key)?.name, backwards.owner(key)?.name], [first.name, second.name]);
    }
  });

  it('a member that joins takes keys, and no key moves between the others', () => {
    fc.assert(
      fc.property(memberList, (members) => {
        const joiner = members[0]!;
        const before = new Ring(members.slice(1));
        const after = new Ring(members);
        for (const key of KEYS.slice(0, 500)) {
          const owner = after.owner(key)!;
          if (owner.name !== joiner.name) assert.deepEqual(owner, before.owner(key));
        }
      }),
    );
  });

  it('a heavier weight takes keys to that member only', () => {
    fc.assert(
      fc.property(memberList, fc.integer({ min: 1, max: 6 }), (members, more) => {
        const [changed, ...others] = members as [RingMember, ...RingMember[]];
        const before = new Ring(members);
        const after = new Ring([{ ...changed, weight: changed.weight + more }, ...others]);
        for (const key of KEYS.slice(0, 500)) {
          const owner = after.owner(key)!.name;
          if (owner !== changed.name) assert.equal(owner, before.owner(key)!.name);
        }
      }),
    );
  });

  it('one that joins a hundred takes 1/101 of the keys, within what chance allows', () => {
    const ring = new Ring(nodes(101));
    const expected = 1 / 101;
    const share = ring.shares()[100]!;
    const deviation = expected / Math.sqrt(160);
    assert.ok(Math.abs(share - expected) < 4 * deviation, `share ${share}`);
    const keys = Array.from({ length: 100_000 }, (_, index) => `key:${index}`);
    const moved = keys.filter((key) => ring.owner(key)!.name === '10.0.0.100:8081').length / keys.length;
    assert.ok(Math.abs(moved - share) < 4 * Math.sqrt((share * (1 - share)) / keys.length), `moved ${moved}`);
  });

  it('walk() names every member once, beginning with the owner', () => {
    fc.assert(
      fc.property(memberList, fc.string(), (members, key) => {
        const ring = new Ring(members);
        const walked = ring.walk(key);
        assert.deepEqual(walked[0], ring.owner(key));
        assert.deepEqual(new Set(walked), new Set(members));
        assert.equal(walked.length, members.length);
        assert.deepEqual(ring.walk(key, 2), walked.slice(0, 2));
      }),
    );
  });

  it('liveOwner() is the first of the walk that lives, with the points passed over', () => {
    fc.assert(
      fc.property(memberList, fc.nat(), fc.string(), (members, mask, key) => {
        const ring = new Ring(members);
        const isLive = (member: number): boolean => ((mask >> member) & 1) === 1;
        const expected = ring.walkIndexes(crc32Key(key)).find(isLive);
        const found = ring.liveOwner(crc32Key(key), isLive);
        assert.equal(found?.member, expected);
        if (found !== null) assert.equal(found.skipped === 0, isLive(ring.ownerIndex(crc32Key(key))));
      }),
    );
  });

  it('shares() sums to 1 and predicts how many keys a member owns', () => {
    const members = [
      { name: 'a:1', weight: 1 },
      { name: 'b:1', weight: 2 },
      { name: 'c:1', weight: 5 },
    ];
    const ring = new Ring(members);
    const shares = ring.shares();
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-9);
    for (const [index, share] of shares.entries()) {
      const owned = KEYS.filter((key) => ring.owner(key) === ring.members[index]).length / KEYS.length;
      assert.ok(
        Math.abs(owned - share) < 0.03,
        `${members[index]!.name}: ${owned} of keys, ${share} of circle`,
      );
    }
  });

  it('a ring without members owns nothing', () => {
    const ring = new Ring([]);
    assert.equal(ring.owner('demo'), null);
    assert.deepEqual(ring.walk('demo'), []);
    assert.equal(
      ring.liveOwner(7, () => true),
      null,
    );
  });

  for (const members of [
    [{ name: 'a', weight: 0 }],
    [{ name: 'a', weight: 1.5 }],
    [
      { name: 'a', weight: 1 },
      { name: 'a', weight: 2 },
    ],
  ]) {
    it(`refuses ${JSON.stringify(members)}`, () => {
      assert.throws(
        () => new Ring(members),
        (error) => error instanceof StreamctlError && error.code === 'USAGE',
      );
    });
  }
});
