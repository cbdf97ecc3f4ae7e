import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../../src/lib/base/errors.ts';
import { type NodeOutcome, onMachines } from '../../../../src/lib/provision/remote/on-machines.ts';

const nodes = ['us-1', 'eu-1', 'ap-1'];
const all = (begun: boolean) => ({
  step: 'bring the program',
  items: nodes,
  nodeOf: (node: string) => node,
  parallel: 2,
  begun: () => begun,
  doing: () => undefined,
});

const failing = async (begun: boolean): Promise<StreamctlError> => {
  const work = async (node: string) => {
    if (node === 'eu-1')
      throw new StreamctlError('UNREACHABLE', 'eu-1: upload: gone', { hint: 'Look at it.' });
    return node;
  };
  return await onMachines({ ...all(begun), work }).then(
    () => assert.fail('it failed'),
    (error: unknown) => error as StreamctlError,
  );
};

test('results come in the order of the items', async () => {
  assert.deepEqual(await onMachines({ ...all(false), work: async (node) => node.length }), [4, 4, 4]);
});

test('a failure says what became of every node, and that nothing was changed', async () => {
  const error = await failing(false);
  assert.equal(error.code, 'UNREACHABLE');
  assert.equal(error.message, 'eu-1: upload: gone');
  assert.equal(error.hint, 'Look at it.');
  const { nodes: outcomes, facts } = error.details as { nodes: NodeOutcome[]; facts: Record<string, string> };
  assert.deepEqual(
    outcomes.map(({ node, done }) => [node, done]),
    [
      ['us-1', true],
      ['eu-1', false],
      ['ap-1', true],
    ],
  );
  assert.equal(facts['us-1'], 'bring the program: done');
  assert.match(facts['so far'] ?? '', /nothing was changed/);
});

test('once something was changed a failure is partly done, and keeps what it was', async () => {
  const error = await failing(true);
  assert.equal(error.code, 'PARTLY_DONE');
  assert.equal((error.details as { code: string }).code, 'UNREACHABLE');
  assert.match((error.details as { facts: Record<string, string> }).facts['so far'] ?? '', /not repeated/);
});

test('what is waited for is told with the nodes that are not done', async () => {
  const said: string[] = [];
  await onMachines({ ...all(false), parallel: 1, work: async () => null, doing: (text) => said.push(text) });
  assert.deepEqual(said, [
    'bring the program: us-1, eu-1, ap-1',
    'bring the program: eu-1, ap-1',
    'bring the program: ap-1',
  ]);
});
