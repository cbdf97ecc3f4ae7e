import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { test } from 'node:test';
import { describeOperator, wordOperator } from '../../../../src/lib/provision/operation/operator.ts';

const own = `${userInfo().username}@${hostname()}`;

test('a person is their user and host', () => {
  assert.deepEqual(describeOperator({}), { who: own, host: hostname(), ci: null });
});

test('a run of GitHub Actions is who started it, with the run and its address', () => {
  const operator = describeOperator({
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: '4711',
    GITHUB_ACTOR: 'ada',
    GITHUB_SERVER_URL: 'https://git.example',
    GITHUB_REPOSITORY: 'charity/live',
  });
  assert.equal(wordOperator(operator), 'ada (GitHub Actions 4711)');
  assert.equal(operator.ci?.url, 'https://git.example/charity/live/actions/runs/4711');
});

test('a CI system that nobody knows is still one', () => {
  assert.equal(wordOperator(describeOperator({ CI: '1' })), `${own} (CI)`);
});
