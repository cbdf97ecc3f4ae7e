import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoveWatch, wordProgress } from '../../../../src/lib/provision/ring/move-watch.ts';

const look = (left: readonly string[], moving: readonly string[] = []) => ({
  total: 2,
  left,
  moving,
  lacks: [],
});

test('a watch notes when each stream has arrived', () => {
  const watch = new MoveWatch(['a', 'b']);
  watch.take(look(['a', 'b'], ['a']), 100);
  watch.take(look(['b'], ['b']), 2000);
  assert.deepEqual([watch.endedMs('a'), watch.endedMs('b')], [2000, null]);
  watch.take(look([]), 3000);
  assert.deepEqual([watch.endedMs('a'), watch.endedMs('b')], [2000, 3000]);
  assert.equal(watch.isHopeless, false);
});

test('a watch tells of tries that failed, and gives up when all that is left failed twice', () => {
  const watch = new MoveWatch(['a', 'b']);
  assert.deepEqual(watch.take(look(['a', 'b'], ['a']), 1), []);
  assert.deepEqual(watch.take(look(['a'], []), 2), ['a']);
  assert.equal(watch.isHopeless, false);
  assert.deepEqual(watch.take(look(['a'], ['a']), 3), []);
  assert.deepEqual(watch.take(look(['a'], []), 4), ['a']);
  assert.equal(watch.isHopeless, true);
});

test('progress names who is on both nodes and who lacks a place', () => {
  assert.equal(wordProgress({ total: 1, left: ['a'], moving: [], lacks: [] }), '0 of 1 stream');
  const busy = { total: 9, left: ['a', 'b', 'c', 'd'], moving: ['a', 'b', 'c', 'd'], lacks: ['no room'] };
  assert.equal(
    wordProgress(busy),
    '5 of 9 streams · on both nodes, compared for at most 20 s: a, b, c and 1 more · no room',
  );
});
