import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlSight } from '../../../../src/lib/drill/cluster-sight.ts';
import { findDrill } from '../../../../src/lib/drill/drill-kinds.ts';
import type { FaultContext } from '../../../../src/lib/drill/faults/fault.ts';
import { loseStore } from '../../../../src/lib/drill/faults/lose-store.ts';
import { linksAround, splitController } from '../../../../src/lib/drill/faults/split-controller.ts';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { DRILL_FACTS, EMPTY_SIGHT } from '../../../support/drill-facts.ts';

/** Nodes `us-1 us-2 eu-1 …`; these hold the store. */
function peersWith(stores: readonly string[]): Peer[] {
  const [any] = DRILL_FACTS.view.peers;
  return ['us-1', 'us-2', 'eu-1', 'ap-1'].map((name) => ({
    ...{ ...any!, name, region: name.slice(0, 2) },
    roles: stores.includes(name) ? (['store', 'origin'] as const) : (['origin'] as const),
  }));
}

function contextOf(stores: readonly string[], control: Partial<ControlSight> | null): FaultContext {
  const known = { controller: null, token: 1, store: null, followers: 2, epoch: 1, wanted: 2 };
  const full = control === null ? null : { ...known, verdicts: [], placed: null, ...control };
  const view = { ...DRILL_FACTS.view, peers: peersWith(stores) };
  return { view, sight: { ...EMPTY_SIGHT, control: full }, nowMs: () => 0, longestMs: 0 };
}

const THREE = ['us-1', 'eu-1', 'ap-1'];

test('of several stores the one that takes writes is lost, and its Sentinel', () => {
  const { settings, undo } = loseStore(contextOf(THREE, { store: 'eu-1' }));
  const units = ['redis', 'sentinel'].map((unit) => ({ node: 'eu-1', unit }));
  assert.deepEqual(settings, { kind: 'stop-units', units });
  assert.deepEqual(
    undo.map((action) => action.kind),
    ['start', 'start'],
  );
});

test('of one store it is that one, whoever names it', () => {
  const { settings } = loseStore(contextOf(['us-1'], null));
  assert.deepEqual(settings, { kind: 'stop-units', units: [{ node: 'us-1', unit: 'redis' }] });
});

test('when no Sentinel names a store nothing is broken', () => {
  assert.throws(() => loseStore(contextOf(THREE, null)), { code: 'NOT_RUNNING' });
});

test('the controller loses other regions and the stores both ways, and keeps its neighbours', () => {
  assert.deepEqual(linksAround('us-2', peersWith(['eu-1'])), [
    { node: 'us-2', to: ['eu-1', 'ap-1'] },
    { node: 'eu-1', to: ['us-2'] },
    { node: 'ap-1', to: ['us-2'] },
  ]);
  assert.deepEqual(linksAround('us-2', peersWith(THREE))[0], { node: 'us-2', to: ['us-1', 'eu-1', 'ap-1'] });
  const { touchedNodes } = splitController(contextOf(THREE, { controller: 'ap-1' }));
  assert.deepEqual(touchedNodes, ['ap-1', 'us-1', 'us-2', 'eu-1']);
});

test('a controller on the only store is not cut off: nobody could take over', () => {
  assert.throws(() => linksAround('us-1', peersWith(['us-1'])), { code: 'CONFLICT', hint: /role store/ });
  assert.throws(() => splitController(contextOf(THREE, {})), { code: 'NOT_RUNNING' });
});

test('fail-store takes every store, however many there are', () => {
  const { view } = contextOf(THREE, null);
  const settings = findDrill('fail-store').faultOf?.('', 0, { ...DRILL_FACTS, view });
  assert.deepEqual(settings, {
    kind: 'stop-units',
    units: THREE.map((node) => ({ node, unit: 'redis' })),
  });
});
