import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTwinWatch } from '../../../src/lib/contribution/twin-watch.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { until } from '../../support/until.ts';

const peer = (name: string): Peer => ({ name }) as Peer;

/** A watch that asks each 5 ms, with what it told last. */
function watch(answers: Record<string, readonly string[] | null>, needed: () => boolean = () => true) {
  const state = { asked: 0, rounds: 0, told: [] as string[], nowMs: 0 };
  const running = startTwinWatch({
    others: () => Object.keys(answers).map(peer),
    isNeeded: needed,
    onTwins: (streams) => {
      state.rounds += 1;
      state.told = [...streams].sort();
    },
    everyMs: 5,
    nowMs: () => state.nowMs,
    ask: async ({ name }) => {
      state.asked += 1;
      return answers[name]!;
    },
  });
  const round = async (): Promise<void> => {
    const known = state.rounds;
    await until(() => state.rounds > known + 1, 'another round');
  };
  return { state, round, close: () => running.close() };
}

test('streams of all other ingest nodes are told', async () => {
  const { state, round, close } = watch({ us: ['demo', 'gala'], ap: ['gala'] });
  await round();
  assert.deepEqual(state.told, ['demo', 'gala']);
  await close();
});

test('what a node said counts for 20 s after it stopped answering', async () => {
  const answers: Record<string, readonly string[] | null> = { us: ['demo'] };
  const { state, round, close } = watch(answers);
  await round();
  answers.us = null;
  state.nowMs = 20_000;
  await round();
  assert.deepEqual(state.told, ['demo']);
  state.nowMs = 20_001;
  await round();
  assert.deepEqual(state.told, []);
  await close();
});

test('nobody is asked while there is nothing to ask for', async () => {
  const { state, round, close } = watch({ us: ['demo'] }, () => false);
  await round();
  assert.deepEqual([state.asked, state.told], [0, []]);
  await close();
});
