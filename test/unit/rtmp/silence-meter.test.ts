import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SilenceMeter } from '../../../src/lib/rtmp/silence-meter.ts';

test('silence adds up between reads and ends with what is heard', () => {
  const silence = new SilenceMeter(1000);
  assert.equal(silence.read(1500), 500);
  assert.equal(silence.read(2000), 1000);
  silence.heard(2100);
  assert.equal(silence.read(2500), 400);
});

test('a time in which this process stood still is no silence', () => {
  const silence = new SilenceMeter(0);
  silence.read(500);
  assert.ok(silence.read(60_500) <= 1500);
});
