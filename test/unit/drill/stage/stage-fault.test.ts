import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault, FaultSettings } from '../../../../src/lib/drill/faults/fault.ts';
import { narrow, stageFault } from '../../../../src/lib/drill/stage/stage-fault.ts';
import type { Stages } from '../../../../src/lib/drill/stage/stages.ts';
import type { StrikeOrder } from '../../../../src/lib/drill/undo/undo-process.ts';

const KILL: FaultSettings = { kind: 'kill-nodes', nodes: ['us-1', 'us-2'] };
const plain = (touchedNodes: readonly string[]): Fault => ({
  ...{ label: 'kill', lostNodes: touchedNodes, touchedNodes, mediaNodes: [], undo: [], lasting: true },
  inject: async () => assert.fail('nothing is injected here'),
  bit: async () => assert.fail('nothing is looked at here'),
});

/** Stages that note what they are told, and say what they see. */
function fakeStages(proofs: Readonly<Record<string, string | null>> = {}) {
  const struck: StrikeOrder[] = [];
  const of = async (node: string) => ({
    strike: async (order: StrikeOrder) => {
      struck.push(order);
      return `${node} struck`;
    },
    look: async () => proofs[node] ?? null,
  });
  return { struck, stages: { of } as unknown as Stages };
}

test('each machine injects its own part, at the time when all are ready', async () => {
  const { struck, stages } = fakeStages();
  const fault = stageFault(plain(['us-1', 'us-2']), KILL, { stages, nowMs: () => 7, longestMs: 5, id: 'f' });
  assert.deepEqual(await fault.inject(), { atMs: 7, text: 'us-1: us-1 struck; us-2: us-2 struck' });
  assert.deepEqual(
    struck.map(({ id, settings, longestMs }) => [id, settings, longestMs]),
    ['us-1', 'us-2'].map((node) => ['f', { kind: 'kill-nodes', nodes: [node] }, 5]),
  );
});

test('it has bitten when every machine says so', async () => {
  const options = { nowMs: () => 0, longestMs: 0, id: 'f' };
  const some = fakeStages({ 'us-1': 'refuses' });
  assert.equal(await stageFault(plain(['us-1', 'us-2']), KILL, { ...options, ...some }).bit(), null);
  const all = fakeStages({ 'us-1': 'refuses', 'us-2': 'refuses, too' });
  assert.equal(
    await stageFault(plain(['us-1', 'us-2']), KILL, { ...options, ...all }).bit(),
    'refuses; refuses, too',
  );
});

test('a fault of no node stays as it is', () => {
  const fault = plain([]);
  const { stages } = fakeStages();
  const options = { stages, nowMs: () => 0, longestMs: 0, id: 'f' };
  assert.equal(stageFault(fault, { kind: 'drop-publisher', stream: 'demo' }, options), fault);
});

test('units of other nodes are no part of it, and a replica that was chosen here is chosen', () => {
  const units = [
    { node: 'us-1', unit: 'redis' },
    { node: 'eu-1', unit: 'agent' },
  ];
  assert.deepEqual(narrow({ kind: 'stop-units', units }, 'eu-1'), { kind: 'stop-units', units: [units[1]] });
  const chosen = narrow({ kind: 'kill-transcoder', stream: 'demo', node: null }, 'eu-1');
  assert.deepEqual(chosen, { kind: 'kill-transcoder', stream: 'demo', node: 'eu-1' });
});
