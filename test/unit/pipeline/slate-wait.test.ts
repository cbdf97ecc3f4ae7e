import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SlateWait, waitsTooLong } from '../../../src/lib/pipeline/slate-wait.ts';

const NOW_MS = 1_800_000_000_000;
const WAITS: SlateWait = {
  ...{
    nowMs: NOW_MS,
    startedMs: NOW_MS - 100,
    behindMs: 500,
    inSlate: true,
    awaitsSegment: false,
    partSec: 0.5,
  },
};

for (const [name, changes, expected] of [
  ['waits for an encoder that has just been started', {}, false],
  ['goes on without an encoder', { startedMs: null }, true],
  ['waits while a part and its way to players still fit into what they hold back', { behindMs: 700 }, false],
  ['goes on before players run dry', { behindMs: 701 }, true],
  ['goes on sooner where parts are shorter', { partSec: 0.3, behindMs: 501 }, true],
  ['waits longer for the key frame of a segment', { awaitsSegment: true, behindMs: 2400 }, false],
  ['does not wait for that for ever', { awaitsSegment: true, behindMs: 2600 }, true],
  [
    'does not begin while an encoder that was started again is young',
    { inSlate: false, behindMs: 1500 },
    false,
  ],
  ['begins when that takes long', { inSlate: false, startedMs: NOW_MS - 700 }, true],
] as const) {
  test(`the slate ${name}`, () => assert.equal(waitsTooLong({ ...WAITS, ...changes }), expected));
}
