import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StallMemory } from '../../../src/lib/player/stall-memory.ts';

test('each stall adds a step, up to the most; a calm time takes one back', () => {
  const memory = new StallMemory(4);
  for (let stall = 0; stall < 6; stall += 1) memory.stalled(1000);
  assert.equal(memory.steps(1000), 4);
  assert.equal(memory.steps(20_999), 4);
  assert.equal(memory.steps(21_000), 3);
  assert.equal(memory.steps(61_000), 1);
  assert.equal(memory.steps(999_000), 0);
});

test('a player that stalls again after a step back keeps it for longer', () => {
  const memory = new StallMemory(4);
  memory.stalled(0);
  assert.equal(memory.steps(20_000), 0);
  memory.stalled(25_000);
  assert.equal(memory.steps(64_000), 1);
  assert.equal(memory.steps(65_000), 0);
  memory.stalled(70_000);
  assert.equal(memory.steps(149_000), 1);
  assert.equal(memory.steps(150_000), 0);
});

test('a stall long after the last step back is no relapse', () => {
  const memory = new StallMemory(4);
  memory.stalled(0);
  memory.steps(20_000);
  memory.stalled(500_000);
  assert.equal(memory.steps(520_000), 0);
});
