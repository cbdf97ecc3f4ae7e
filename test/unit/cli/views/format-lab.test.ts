import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLab } from '../../../../src/lib/cli/views/format-lab.ts';

test('formatLab() says first what is broken, then each machine', () => {
  const lines = formatLab({
    lab: 'lab',
    state: 'broken',
    machines: [
      { name: 'us-1', region: 'us', address: '10.213.1.1', state: 'off', cut: false },
      { name: 'eu-1', region: 'eu', address: '10.213.2.1', state: 'on', cut: true },
    ],
    cut: ['eu'],
    delays: [{ regions: ['us', 'eu'], eachWayMs: 40 }],
    inventory: 'inventory.yaml',
    sshConfig: 'config',
  });
  assert.deepEqual(lines, [
    '  lab lab · broken · 2 machines · cut off: eu · us–eu 40 ms each way',
    '',
    '  machine  region  address     power  network',
    '  us-1     us      10.213.1.1  off    joined',
    '  eu-1     eu      10.213.2.1  on     cut off',
  ]);
});
