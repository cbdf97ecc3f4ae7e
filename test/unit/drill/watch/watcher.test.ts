import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSight, ControlSight } from '../../../../src/lib/drill/cluster-sight.ts';
import { describeChanges } from '../../../../src/lib/drill/watch/describe-changes.ts';
import { Watcher } from '../../../../src/lib/drill/watch/watcher.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const CONTROL: ControlSight = {
  ...{ controller: 'us-1', token: 1, store: 'us-1', followers: 2, epoch: 1, wanted: 2 },
  ...{ verdicts: [], placed: ['us-1'] },
};
const sight = (control: ControlSight | null): ClusterSight => ({
  ...{ atMs: 0, nodes: [], state: 'live', replicas: [], feeds: [], ingests: 1, unequal: [], control },
});

test('another store and controller are told also when no store answered in between', async () => {
  const looks = [sight(CONTROL), sight(null), sight({ ...CONTROL, controller: 'eu-1', store: 'ap-1' })];
  const told: string[] = [];
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  const watcher = new Watcher({
    clock: new VirtualClock(),
    fleet: { sight: () => [], join: () => undefined, close: async () => undefined },
    probe: { look: async () => looks.shift() ?? sight(null) },
    isBroken: () => false,
    onSample: () => undefined,
    onSight: (now, before) => {
      if (before !== null) told.push(...describeChanges(now, before).map(({ text }) => text));
      if (looks.length === 0) resolve();
    },
  });
  watcher.start();
  await seen;
  await watcher.close();
  assert.deepEqual(told, ['eu-1 is the controller now', 'the store on ap-1 takes the writes now']);
});
