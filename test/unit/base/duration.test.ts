import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from '../../../src/lib/base/duration.ts';

for (const [text, ms] of [
  ['500ms', 500],
  ['30s', 30_000],
  ['30', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
] as const) {
  test(`${text} is ${ms} ms`, () => assert.equal(parseDurationMs(text), ms));
}

for (const text of ['', 's', '-1s', '1 day', '1e3s', '30s!']) {
  test(`"${text}" is no duration`, () => assert.throws(() => parseDurationMs(text), { code: 'USAGE' }));
}
