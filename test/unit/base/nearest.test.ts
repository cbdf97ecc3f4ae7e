import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNearest } from '../../../src/lib/base/nearest.ts';

const KNOWN = ['height', 'width', 'videoKbps', 'status', 'stream list', 'us', 'eu'];

for (const [word, nearest] of [
  ['hieght', 'height'],
  ['widht', 'width'],
  ['videokbps', 'videoKbps'],
  ['statsu', 'status'],
  ['stream lst', 'stream list'],
  ['europe', 'eu'],
  ['ue', 'us'],
  ['asia', null],
  ['', null],
] as const) {
  test(`findNearest() of "${word}" is ${nearest ?? 'nothing'}`, () => {
    assert.equal(findNearest(word, KNOWN), nearest);
  });
}
