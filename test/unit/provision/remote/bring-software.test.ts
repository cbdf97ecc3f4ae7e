import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { reached } from '../../../../src/lib/provision/remote/bring-software.ts';
import { MachineRoom } from '../../../../src/lib/provision/remote/machine-room.ts';

const peer = (name: string) => ({ name }) as Peer;

test('nothing is brought to a machine that was a node and has nothing of it any more', () => {
  const room = new MachineRoom('/var/lib/streamctl/demo', { parallel: 1, connectTimeoutSec: 1 });
  const facts = (...nodes: string[]) => ({ nodes }) as unknown as ReturnType<typeof room.machines.get> & {};
  for (const [name, own] of Object.entries({ 'us-1': [], 'eu-1': ['eu-1'], 'ap-1': [] })) {
    room.machines.set(name, facts(...own));
  }
  const spec = { nodes: [peer('us-1'), peer('us-2')] };
  const former = [peer('eu-1'), peer('ap-1'), peer('ap-2')];
  assert.deepEqual(
    reached(room, { spec, former }).map(({ name }) => name),
    ['us-1', 'eu-1'],
    'a new node, and one that is to be removed',
  );
});
