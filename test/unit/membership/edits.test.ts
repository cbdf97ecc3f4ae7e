import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/lib/base/errors.ts';
import {
  addNode,
  combine,
  pin,
  type RingEdit,
  removeNode,
  setState,
  setWeight,
  unpin,
} from '../../../src/lib/membership/edits.ts';
import { applyPatch, readPatch } from '../../../src/lib/membership/patch.ts';
import { undoOf } from '../../../src/lib/membership/undo.ts';
import type { RingChange, RingRecord } from '../../../src/lib/store/ring-records.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';

const RING = ringRecord(4, [
  ringNode('eu-1'),
  ringNode('us-1'),
  ringNode('us-2', { weight: 2 }),
  ringNode('us-3', { state: 'draining' }),
]);

function edit(ring: RingRecord, how: RingEdit): { ring: RingRecord; change: RingChange } {
  const after = how(ring);
  const next = applyPatch(ring, after);
  return {
    ring: next,
    change: ringChange(next.epoch, { before: readPatch(ring, after), after, what: 'an edit' }),
  };
}

const names = (ring: RingRecord): string[] =>
  ring.nodes.map(({ name, weight, state }) => `${name} ${weight} ${state}`);

test('each edit changes its part, one epoch on, and nodes stay sorted by name', () => {
  const added = edit(RING, addNode(ringNode('ap-1'))).ring;
  assert.equal(added.epoch, 5);
  assert.deepEqual(added.nodes[0], ringNode('ap-1'));
  assert.deepEqual(names(edit(RING, removeNode('us-1')).ring), [
    'eu-1 1 active',
    'us-2 2 active',
    'us-3 1 draining',
  ]);
  assert.equal(names(edit(RING, setWeight('us-1', 7)).ring)[1], 'us-1 7 active');
  assert.equal(names(edit(RING, setState('us-3', 'active')).ring)[3], 'us-3 1 active');
  assert.equal(names(edit(RING, setState('eu-1', 'draining')).ring)[0], 'eu-1 1 draining');
});

test('a stream has one pin a region; removing its node takes the pin away', () => {
  const first = edit(RING, pin('demo', 'us-1')).ring;
  const second = edit(first, pin('demo', 'eu-1')).ring;
  assert.deepEqual(second.pins, { demo: ['eu-1', 'us-1'] });
  assert.deepEqual(edit(second, pin('demo', 'us-2')).ring.pins, { demo: ['eu-1', 'us-2'] });
  assert.deepEqual(edit(second, unpin('demo', 'us-1')).ring.pins, { demo: ['eu-1'] });
  assert.deepEqual(edit(second, unpin('demo')).ring.pins, {});
  assert.deepEqual(edit(second, removeNode('eu-1')).ring.pins, { demo: ['us-1'] });
  assert.deepEqual(edit(edit(second, removeNode('eu-1')).ring, removeNode('us-1')).ring.pins, {});
});

const refused: readonly (readonly [string, ErrorCode, () => RingEdit, RegExp])[] = [
  ['adding a node that is there', 'CONFLICT', () => addNode(ringNode('us-1')), /in the ring already/],
  ['removing one that is not', 'NOT_FOUND', () => removeNode('us-9'), /no node us-9/],
  ['the weight that it has', 'CONFLICT', () => setWeight('us-2', 2), /weight 2 already/],
  ['a weight of zero', 'USAGE', () => setWeight('us-2', 0), /weight 0 is no whole number/],
  ['draining what drains', 'CONFLICT', () => setState('us-3', 'draining'), /draining already/],
  ['pinning to a node that drains', 'CONFLICT', () => pin('demo', 'us-3'), /us-3 is draining/],
  ['unpinning what is not pinned', 'NOT_FOUND', () => unpin('demo'), /not pinned/],
  ['a name from the prototype', 'NOT_FOUND', () => unpin('constructor'), /not pinned/],
];
for (const [what, code, how, message] of refused) {
  test(`${what} is refused with ${code}`, () => {
    assert.throws(() => how()(RING), { code, message });
  });
}

test('the last node is not removed, and the last active one not drained', () => {
  const single = ringRecord(1, [ringNode('us-1')]);
  assert.throws(() => removeNode('us-1')(single), { code: 'CONFLICT', hint: 'Add another one first.' });
  const two = ringRecord(1, [ringNode('us-1'), ringNode('us-2', { state: 'draining' })]);
  assert.throws(() => setState('us-1', 'draining')(two), { code: 'CONFLICT', message: /nowhere to go/ });
});

test('more pins than replicas are refused', () => {
  const ring = ringRecord(1, [ringNode('ap-1'), ringNode('eu-1'), ringNode('us-1')], {
    pins: { demo: ['ap-1', 'eu-1'] },
  });
  assert.throws(() => pin('demo', 'us-1')(ring), { code: 'CONFLICT', message: /2 replicas, all pinned/ });
});

test('an undo puts back what was, and an undo of the undo does it again', () => {
  for (const how of [
    addNode(ringNode('ap-1')),
    removeNode('us-2'),
    setWeight('us-1', 3),
    setState('us-3', 'active'),
    pin('demo', 'us-1'),
  ]) {
    const done = edit(RING, how);
    const undone = edit(done.ring, undoOf(done.change));
    assert.deepEqual({ ...undone.ring, epoch: 4 }, RING);
    assert.equal(undone.ring.epoch, 6);
    const again = edit(undone.ring, undoOf(undone.change));
    assert.deepEqual({ ...again.ring, epoch: 5 }, done.ring);
  }
});

test('an undo leaves what others changed meanwhile, and survives the order of keys in JSON', () => {
  const weighed = edit(RING, setWeight('us-1', 3));
  const later = edit(weighed.ring, setWeight('eu-1', 9));
  const { weight, ...rest } = weighed.change.after.nodes!['us-1']!;
  const change = { ...weighed.change, after: { nodes: { 'us-1': { weight, ...rest } } } };
  assert.deepEqual(names(edit(later.ring, undoOf(change)).ring).slice(0, 2), [
    'eu-1 9 active',
    'us-1 1 active',
  ]);
});

test('an undo of what changed again names the later epoch', () => {
  const first = edit(RING, setWeight('us-1', 3));
  const second = edit(first.ring, setWeight('eu-1', 5));
  const third = edit(second.ring, setWeight('us-1', 4));
  assert.throws(() => undoOf(first.change, [second.change, third.change])(third.ring), {
    code: 'CONFLICT',
    message: 'undo epoch 5 (an edit): changed since in epoch 7 (an edit): node us-1',
    hint: 'Undo epoch 7 first.',
  });
  assert.throws(() => undoOf(first.change)(third.ring), { code: 'CONFLICT', message: /up to epoch 7/ });
});

test('a line of the history that changed nothing cannot be undone', () => {
  assert.throws(() => undoOf(ringChange(3, { what: 'restore' })), { code: 'NOT_FOUND' });
});

test('several edits are one change, each on what those before it made', () => {
  const both = combine([
    setState('us-1', 'draining'),
    setWeight('us-1', 5),
    pin('demo', 'eu-1'),
    removeNode('us-3'),
  ]);
  const { ring, change } = edit(RING, both);
  assert.equal(ring.epoch, 5);
  assert.deepEqual(names(ring), ['eu-1 1 active', 'us-1 5 draining', 'us-2 2 active']);
  assert.deepEqual(ring.pins, { demo: ['eu-1'] });
  assert.deepEqual({ ...edit(ring, undoOf(change)).ring, epoch: 4 }, RING);
  const all = ['eu-1', 'us-1', 'us-2'].map((name) => setState(name, 'draining'));
  assert.throws(() => combine(all)(RING), { code: 'CONFLICT', message: /us-2 is the only active node/ });
});
