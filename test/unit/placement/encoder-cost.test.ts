import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encoderCost, formatCost } from '../../../src/lib/placement/encoder-cost.ts';
import { DEFAULT_SETTINGS } from '../../../src/lib/spec/defaults.ts';

const [top] = DEFAULT_SETTINGS.ladder;

test('a rendition of 720p costs a thousand, and a ladder the sum of its pixels', () => {
  assert.equal(encoderCost({ ...DEFAULT_SETTINGS, ladder: [top!] }), 1000);
  assert.equal(encoderCost(DEFAULT_SETTINGS), 1556);
  assert.equal(encoderCost({ ...DEFAULT_SETTINGS, ladder: [{ ...top!, width: 1920, height: 1080 }] }), 2250);
});

test('the smallest rendition costs something, and a copy little, whatever the ladder says', () => {
  assert.equal(encoderCost({ ...DEFAULT_SETTINGS, ladder: [{ ...top!, width: 16, height: 16 }] }), 1);
  assert.equal(encoderCost({ ...DEFAULT_SETTINGS, video: 'copy' }), 50);
});

test('costs are told in units, short', () => {
  assert.deepEqual([1000, 1556, 50, 1, 12_345].map(formatCost), ['1', '1.56', '0.05', '0.001', '12.35']);
});
