import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchForStall } from '../../../src/lib/pipeline/stall-watch.ts';

test('a process that stood still for longer than the limit is told so, and for how long', async () => {
  let nowMs = 1_000;
  const watch = watchForStall({ nowMs: () => nowMs }, 4_000);
  nowMs += 12_000;
  assert.equal(await watch.stalled, 12_000);
  watch.close();
});

test('a pause within the limit is none', async () => {
  let nowMs = 1_000;
  const watch = watchForStall({ nowMs: () => nowMs }, 4_000);
  nowMs += 3_900;
  assert.equal(await Promise.race([watch.stalled, sleep(400, 'well')]), 'well');
  watch.close();
});
