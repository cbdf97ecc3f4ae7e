import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContributionSession, isGhost } from '../../../src/lib/agent/contribution-client.ts';

const NOW_MS = 1_800_000_000_000;
const SESSION: ContributionSession = {
  ...{ stream: 'demo', sessionId: 1, client: 'c', clientAddress: 'a', keyId: 'k' },
  ...{ epochMs: 5, lastTagMs: null, pulledSinceMs: NOW_MS - 1001 },
};

const table: [string, Partial<ContributionSession>, boolean][] = [
  ['found on the disk, and nothing came for a second', {}, true],
  ['found on the disk a moment ago', { pulledSinceMs: NOW_MS - 1000 }, false],
  ['media has come since', { lastTagMs: NOW_MS - 60_000 }, false],
  ['a new one, whose publisher has not begun to send', { epochMs: null }, false],
];
for (const [what, more, expected] of table) {
  test(`a session is ${expected ? '' : 'not '}taken for one without a publisher: ${what}`, () => {
    assert.equal(isGhost({ ...SESSION, ...more }, NOW_MS), expected);
  });
}

test('of a daemon of an older version nothing is assumed', () => {
  const { stream, sessionId, client, clientAddress, keyId } = SESSION;
  assert.equal(isGhost({ stream, sessionId, client, clientAddress, keyId, epochMs: 5 }, NOW_MS), false);
});
