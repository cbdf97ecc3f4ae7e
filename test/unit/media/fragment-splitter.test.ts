import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { makeBox } from '../../../src/lib/media/box.ts';
import { FragmentSplitter, type SplitEvent } from '../../../src/lib/media/fragment-splitter.ts';
import { formatPart } from '../../../src/lib/media/part-writer.ts';
import type { Sample } from '../../../src/lib/media/sample.ts';

const samples: Sample[] = [0, 1, 2].map((i) => ({
  ...{ decodeTime: 5_400_000_000_000 + i * 3000, duration: 3000, compositionOffset: i * 1500 - 1500 },
  ...{ key: i === 0, data: Buffer.alloc(50 + i, i) },
}));
const INIT = Buffer.concat([makeBox('ftyp', Buffer.from('isom')), makeBox('moov', Buffer.alloc(40))]);
const FILE = Buffer.concat([INIT, formatPart({ msn: 897_657_119, part: 3 }, samples), makeBox('mfra')]);

function split(bytes: Buffer, cuts: readonly number[]): SplitEvent[] {
  const splitter = new FragmentSplitter();
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((end, i) => splitter.push(bytes.subarray(edges[i], end)));
}

test('a part that was written reads back as its samples, however it is cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: FILE.length }), { maxLength: 12 }), (cuts) => {
      const [init, ...rest] = split(FILE, cuts);
      assert.deepEqual(init, { type: 'init', bytes: INIT });
      assert.deepEqual(
        rest,
        samples.map((sample) => ({ type: 'sample', sample })),
      );
    }),
    { numRuns: 60 },
  );
});

test('damaged input yields samples or the USAGE error, never another fault', () => {
  const damage = fc.array(
    fc.tuple(fc.integer({ min: 0, max: FILE.length - 1 }), fc.integer({ min: 0, max: 255 })),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(damage, (changes) => {
      const bytes = Buffer.from(FILE);
      for (const [at, value] of changes) bytes[at] = value;
      assertNoOtherFault(bytes);
    }),
    { numRuns: 500 },
  );
});

test('random input yields samples or the USAGE error, never another fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => assertNoOtherFault(Buffer.from(bytes))),
  );
});

function assertNoOtherFault(bytes: Buffer): void {
  try {
    split(bytes, [bytes.length >> 1]);
  } catch (error) {
    assert.ok(error instanceof StreamctlError && error.code === 'USAGE', String(error));
  }
}
