import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import {
  listFormer,
  mayEmpty,
  refuseFormerHost,
  refuseFormerMachine,
} from '../../../../src/lib/provision/remote/former-nodes.ts';

const on = (name: string, host: string) => ({ name, host }) as Peer;
const has = (...nodes: string[]) => ({ nodes });
const [us1, us2] = [on('us-1', 'a.example.net'), on('us-2', 'b.example.net')];
const refusal = {
  code: 'CONFLICT',
  message: "na-2 would be on b.example.net, which is us-2's machine",
  hint: 'Take us-2 out with one `streamctl up`, and add na-2 with the next.',
};

test('former nodes are those of the record that the spec does not have, also those of before', () => {
  const eu1 = on('eu-1', 'c.example.net');
  assert.deepEqual(listFormer([us1], { peers: [us1, us2], former: [eu1] }), [us2, eu1]);
  assert.deepEqual(listFormer([us1, us2], { peers: [us1, us2] }), []);
});

test('a node of another name on the host of a former one is refused: that machine is emptied', () => {
  assert.throws(() => refuseFormerHost([us1, on('na-2', 'b.example.net')], [us2]), refusal);
  refuseFormerHost([us1, on('na-2', 'c.example.net')], [us2]);
});

test('so is one on the same machine by another host, when the machine says whose it is', () => {
  const nodes = [us1, on('na-2', '192.0.2.7')];
  const machines = (own: string[]) =>
    new Map([
      ['us-1', has('us-1')],
      ['us-2', has('us-2')],
      ['na-2', has(...own)],
    ]);
  assert.throws(() => refuseFormerMachine(nodes, { former: [us2], machines: machines(['us-2']) }), refusal);
  refuseFormerMachine(nodes, { former: [us2], machines: machines([]) });
});

test('what a node was that was given up, or of whose machine nothing is left, refuses nobody', () => {
  const machines = new Map([['na-2', has('us-2')]]);
  refuseFormerMachine([on('na-2', '192.0.2.7')], { former: [us2], machines });
  refuseFormerHost([on('na-2', 'b.example.net')], []);
});

test('no machine is emptied that is a node of the spec by now', () => {
  assert.ok(mayEmpty(us2, [us1]));
  assert.ok(!mayEmpty(us2, [us1, on('na-2', 'b.example.net')]));
});
