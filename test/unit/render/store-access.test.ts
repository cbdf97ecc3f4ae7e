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
