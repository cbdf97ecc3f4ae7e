import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMachineKeeper, splitActions } from '../../../../src/lib/drill/stage/machine-keeper.ts';
import type { Stages } from '../../../../src/lib/drill/stage/stages.ts';
import type { UndoEntry, UndoKeeper } from '../../../../src/lib/drill/undo/undo-action.ts';

/** A keeper that notes what it is asked, and fails to heal as told. */
function noteKeeper(name: string, said: string[], failed: readonly string[] = []) {
  const lost = new AbortController();
  const keeper: UndoKeeper = {
    arm: async ({ id, actions }) =>
      void said.push(`${name} arms ${id}: ${actions.map(wordAction).join(', ')}`),
    heal: async (id) => {
      said.push(`${name} heals ${id}`);
      return failed;
    },
    close: async () => void said.push(`${name} closes`),
    lost: lost.signal,
  };
  return { keeper, lost };
}

const wordAction = (action: UndoEntry['actions'][number]): string =>
  'nodes' in action ? `${action.kind} ${action.nodes.join('+')}` : action.kind;

const entry = (id: string, actions: UndoEntry['actions']): UndoEntry => ({
  ...{ id, label: id, deadlineMs: 0, actions },
});

test('an action of several nodes is split, and what is of no node stays here', () => {
  const parts = splitActions([
    { kind: 'continue', nodes: ['us-1', 'us-2'] },
    { kind: 'mend-origin', node: 'us-2' },
    { kind: 'start-publisher', unit: 'publisher-demo' },
    { kind: 'power-on', node: 'us-2', command: ['on'], bootId: '' },
  ]);
  assert.deepEqual(
    [...parts].map(([node, actions]) => `${node}: ${actions.map(wordAction).join(', ')}`),
    ['us-1: continue us-1', 'us-2: continue us-2, mend-origin', ': start-publisher, power-on'],
  );
});

test('each machine keeps its own part, is told to heal it, and what any could not undo is told', async () => {
  const said: string[] = [];
  const us = noteKeeper('us-1', said);
  const eu = noteKeeper('eu-1', said, ['boot eu-1: no']);
  const stages = {
    of: async (node: string) => (node === 'us-1' ? us.keeper : eu.keeper),
    close: async () => void said.push('stages close'),
  } as unknown as Stages;
  const keeper = createMachineKeeper(stages, async () => assert.fail('nothing is of this machine'));
  await keeper.arm(
    entry(
      '1',
      ['us-1', 'eu-1'].map((node) => ({ kind: 'boot', node })),
    ),
  );
  await keeper.arm(entry('2', [{ kind: 'boot', node: 'us-1' }]));
  assert.deepEqual(await keeper.heal('1'), ['boot eu-1: no']);
  assert.deepEqual(await keeper.heal('2'), []);
  await keeper.close();
  assert.deepEqual(said.toSorted(), [
    'eu-1 arms 1: boot',
    'eu-1 heals 1',
    'stages close',
    'us-1 arms 1: boot',
    'us-1 arms 2: boot',
    'us-1 heals 1',
    'us-1 heals 2',
  ]);
});

test('a machine that is lost is a keeper that is lost', async () => {
  const us = noteKeeper('us-1', []);
  const stages = { of: async () => us.keeper, close: async () => {} } as unknown as Stages;
  const keeper = createMachineKeeper(stages, async () => us.keeper);
  await keeper.arm(entry('1', [{ kind: 'boot', node: 'us-1' }]));
  assert.equal(keeper.lost.aborted, false);
  us.lost.abort();
  assert.equal(keeper.lost.aborted, true);
});
