import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost, below, type Figure, formatTable, markOf } from '../../../bench/figure.ts';
import { quantile, slope } from '../../../bench/statistics.ts';

function figure(value: number | null, more: Partial<Figure> = {}): Figure {
  return { name: 'behind live', unit: 's', value, must: below(3), aim: below(2), detail: '', ...more };
}

for (const [value, mark] of [
  [1.9, 'aim'],
  [2, 'must'],
  [2.9, 'must'],
  [3, 'MISS'],
  [Number.NaN, 'MISS'],
  [null, 'not measured'],
] as const) {
  test(`a figure of ${value} against < 3 and < 2 is marked "${mark}"`, () =>
    assert.equal(markOf(figure(value)), mark));
}

test('a limit that itself passes is kept at the limit', () => {
  assert.equal(markOf(figure(0, { must: atMost(0), aim: null })), 'must');
});

test('a figure without bounds is for information', () => {
  assert.equal(markOf(figure(9, { must: null, aim: null })), 'for information');
});

test('the table shows value, bounds and result of each figure', () => {
  const [, row] = formatTable([figure(1.23456)]).split('\n');
  assert.match(row!, /behind live +1\.235 s +< 3 +< 2 +aim/);
});

test('quantile() is the nearest rank, and null of nothing', () => {
  const samples = Array.from({ length: 20 }, (_, index) => 20 - index);
  assert.deepEqual([quantile(samples, 0.5), quantile(samples, 0.95), quantile([], 0.5)], [10, 19, null]);
});

test('slope() is that of the line, and null of too few points', () => {
  assert.equal(
    slope([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    2,
  );
  assert.equal(
    slope([
      [0, 1],
      [1, 3],
    ]),
    null,
  );
});
