import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { formatErrorText } from '../../../src/lib/cli/render-error.ts';

test('what a node said cannot act on the terminal, and keeps its lines', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J';
  const error = new StreamctlError('UNHEALTHY', `no steady state: ${evil}`, {
    hint: `see ${evil}`,
    details: { facts: { 'not steady': `us-1: ${evil}\neu-1: ${evil}` } },
  });
  const text = formatErrorText(error, false);
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
  assert.deepEqual(
    text.split('\n').map((line) => line.trimStart().split(':')[0]),
    ['✖ no steady state', 'not steady   us-1', 'eu-1', 'remedy       see  ]0;owned  [2J', ''],
  );
});

test('the cross keeps its colour', () => {
  assert.equal(formatErrorText(new StreamctlError('USAGE', 'no'), true), '  \u001b[31m✖\u001b[39m no\n');
});
