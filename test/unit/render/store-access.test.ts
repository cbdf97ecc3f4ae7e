import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatRedisSecret,
  formatSentinelSecret,
  formatUsers,
  outlineAccess,
} from '../../../src/lib/render/store-access.ts';

const passwords = {
  operator: 'of-operator',
  ingest: 'of-ingest',
  node: 'of-node',
  replica: 'of-replica',
};

test('formatUsers() holds no password in clear, and leaves nobody in without one', () => {
  const text = formatUsers('demo', passwords);
  for (const password of Object.values(passwords)) assert.ok(!text.includes(password), password);
  assert.match(text, /^user default off /);
  assert.doesNotMatch(text, /nopass/);
});

test("formatUsers() gives agents the cluster's own keys alone, and stream keys to ingest nodes alone", () => {
  const lines = formatUsers('demo', passwords).split('\n');
  const rules = (user: string) => lines.find((line) => line.startsWith(`user ${user} `))!.split(' ');
  for (const user of ['operator', 'ingest', 'node']) {
    const keys = rules(user).filter((rule) => /^(~|%RW?~)/.test(rule));
    assert.ok(keys.length > 0 && keys.every((rule) => rule.includes('~sc:demo:')), user);
  }
  assert.ok(rules('ingest').includes('~sc:demo:keys'));
  assert.ok(!rules('node').some((rule) => rule.endsWith('~sc:demo:keys')));
});

test('stores and Sentinels have in clear only the password by which they speak to one another', () => {
  const texts = formatRedisSecret('/d', passwords) + formatSentinelSecret('demo', passwords);
  assert.ok(texts.includes(passwords.replica));
  for (const user of ['operator', 'ingest', 'node'] as const)
    assert.ok(!texts.includes(passwords[user]), user);
});

test('outlineAccess() is the same for all passwords', () => {
  assert.ok(Object.values(passwords).every((password) => !outlineAccess('demo').includes(password)));
});

test('while passwords are changed both are let in, each once', () => {
  const further = { node: ['of-node-next', 'of-node'], replica: ['of-replica-next'] };
  const hashes = (text: string, user: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`user ${user} `))!
      .split(' ')
      .filter((word) => word.startsWith('#'));
  const [plain, both] = [formatUsers('demo', passwords), formatUsers('demo', passwords, further)];
  assert.deepEqual(
    ['operator', 'ingest', 'node', 'replica'].map((user) => hashes(both, user).length),
    [1, 1, 2, 2],
  );
  assert.equal(hashes(both, 'node')[0], hashes(plain, 'node')[0]);
  assert.equal(hashes(formatSentinelSecret('demo', passwords, further), 'replica').length, 2);
  for (const password of Object.values(further).flat()) assert.ok(!both.includes(password));
});
