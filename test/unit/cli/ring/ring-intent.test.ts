import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIntent, wordIntent } from '../../../../src/lib/cli/ring/ring-intent.ts';

for (const [words, flags, worded] of [
  ['add-node eu-3', { region: 'eu' }, 'add-node eu-3 --region eu'],
  [
    'add-node eu-3',
    { region: 'eu', weight: 2, roles: 'origin,edge' },
    'add-node eu-3 --region eu --weight 2',
  ],
  ['remove-node eu-3', {}, 'remove-node eu-3'],
  ['remove-node eu-3', { 'keep-node': true, force: true }, 'remove-node eu-3 --keep-node --force'],
  ['set-weight us-2 3', {}, 'set-weight us-2 3'],
  ['drain us-2', {}, 'drain us-2'],
  ['undrain us-2', {}, 'undrain us-2'],
  ['pin demo us-2', {}, 'pin demo us-2'],
  ['unpin demo', {}, 'unpin demo'],
  ['unpin demo us-2', {}, 'unpin demo us-2'],
  ['rebalance', { max: 3 }, 'rebalance --max 3'],
  ['undo', {}, 'undo'],
  ['undo 42', {}, 'undo 42'],
] as const) {
  test(`"${words}" is understood and worded as the history has it`, () => {
    assert.equal(wordIntent(parseIntent(words.split(' '), flags)), worded);
  });
}

for (const [what, words, flags, hint] of [
  ['a change that there is not', 'dran us-1', {}, /mean drain/],
  ['a word too few', 'set-weight us-1', {}, /set-weight NODE WEIGHT/],
  ['a word too many', 'drain us-1 us-2', {}, /drain NODE/],
  ['a name that is none', 'add-node Us_1', { region: 'us' }, /a-z/],
  ['a node without a region', 'add-node us-1', {}, /--region/],
  ['roles without origin', 'add-node us-1', { region: 'us', roles: 'edge' }, /origin/],
  ['a second store', 'add-node us-1', { region: 'us', roles: 'origin,store' }, /origin/],
  ['a capacity that is none', 'add-node us-1', { region: 'us', capacity: '-1' }, /2\.5/],
  ['a weight that is none', 'set-weight us-1 heavy', {}, /drain/],
  ['an epoch that is none', 'undo last', {}, /history/],
] as const) {
  test(`${what} is refused with what to write instead`, () => {
    assert.throws(
      () => parseIntent(words.split(' '), flags),
      (error: { code?: string; hint?: string }) => error.code === 'USAGE' && hint.test(error.hint ?? ''),
    );
  });
}
