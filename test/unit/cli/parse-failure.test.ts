import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordFailure } from '../../../src/lib/cli/parse-failure.ts';

for (const message of [
  'Connection is closed.',
  'Command timed out',
  "READONLY You can't write against a read only replica.",
]) {
  test(`a store that is lost under a command is told as that: ${message}`, () => {
    const failure = wordFailure(new Error(message), 'up', []);
    assert.equal(failure.code, 'NOT_RUNNING');
    assert.match(failure.message, /^up: the store was lost meanwhile/);
    assert.ok(failure.message.includes(message));
    assert.match(failure.hint ?? '', /again/);
  });
}

test('a fault of the program stays one', () => {
  assert.equal(wordFailure(new Error('x is not a function'), 'up', []).code, 'BUG');
});
