import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRILLS, findDrill } from '../../../src/lib/drill/drill-kinds.ts';
import { type DrillWish, placeSpells, planDrill } from '../../../src/lib/drill/plan-drill.ts';
import { DRILL_FACTS } from '../../support/drill-facts.ts';

const facts = DRILL_FACTS;
const SETTINGS = facts.settings;
const wish: DrillWish = {
  ...{ target: null, amount: null, stream: 'demo', viewers: 100, durationMs: null, seed: 1 },
};

const TARGETS = { region: 'eu', node: 'eu-2', stream: 'demo', link: 'us:eu' } as const;
const ssh = { parallel: 4, connectTimeoutSec: 5, powerOn: ['on', '{node}'] };
const onMachines = { ...facts, view: { ...facts.view, ssh } };

for (const kind of DRILLS) {
  test(`${kind.name} has a plan for a target that fits, and says so in JSON`, () => {
    const target = kind.target === null ? null : TARGETS[kind.target];
    const plan = planDrill(kind, { ...wish, target, amount: kind.amount === null ? null : 10 }, onMachines);
    assert.equal(plan.drill, kind.name);
    assert.ok(plan.faults.length + plan.joins.length > 0);
    assert.ok(plan.durationMs > 0);
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  });
}

test('fail-region hits every node of the region, and no other', () => {
  const plan = planDrill(findDrill('fail-region'), { ...wish, target: 'eu' }, facts);
  assert.deepEqual(plan.faults[0]?.settings, { kind: 'kill-nodes', nodes: ['eu-1', 'eu-2'] });
});

test('partition cuts each node off from those of the other region, or one way alone', () => {
  const plan = (target: string) => planDrill(findDrill('partition'), { ...wish, target }, onMachines);
  const us = ['us-1', 'us-2'].map((node) => ({ node, to: ['eu-1', 'eu-2'] }));
  const eu = ['eu-1', 'eu-2'].map((node) => ({ node, to: ['us-1', 'us-2'] }));
  assert.deepEqual(plan('us:eu').faults[0]?.settings, { kind: 'cut-links', links: [...us, ...eu] });
  assert.deepEqual(plan('eu>us').faults[0]?.settings, { kind: 'cut-links', links: eu });
  assert.throws(() => plan('us:ap'), { code: 'NOT_FOUND' });
});

test('what takes a machine is refused where nodes share one', () => {
  for (const [name, target] of [
    ['partition', 'us:eu'],
    ['reboot', 'eu-1'],
    ['power-off', 'eu-1'],
  ] as const) {
    assert.throws(() => planDrill(findDrill(name), { ...wish, target }, facts), {
      code: 'USAGE',
      hint: /streamctl lab up/,
    });
  }
});

test('a target that the cluster does not have is refused with the nearest one', () => {
  assert.throws(() => planDrill(findDrill('fail-node'), { ...wish, target: 'eu-3' }, facts), {
    code: 'NOT_FOUND',
    hint: /eu-/,
  });
  assert.throws(() => planDrill(findDrill('fail-edge'), { ...wish, target: 'eu-1' }, facts), {
    message: /eu-1 is no edge/,
  });
});

test('a drill with a number refuses to go without one', () => {
  assert.throws(() => planDrill(findDrill('slow-origin'), { ...wish, target: 'eu-2' }, facts), {
    code: 'USAGE',
  });
});

test('drop-publisher lasts until the stream has ended', () => {
  const plan = planDrill(findDrill('drop-publisher'), { ...wish, target: 'demo' }, facts);
  assert.ok(plan.durationMs > 1000 * (SETTINGS.slate.afterSec + SETTINGS.slate.maxSec));
});

test('spells come one after the other, as many as fit, the first in any case', () => {
  assert.deepEqual(placeSpells([1_000, 3_000, 10_000], 40_000), [
    { atMs: 0, forMs: 1_000 },
    { atMs: 9_000, forMs: 3_000 },
    { atMs: 20_000, forMs: 10_000 },
  ]);
  assert.deepEqual(placeSpells([1_000, 3_000], 9_999), [{ atMs: 0, forMs: 1_000 }]);
  assert.deepEqual(placeSpells([5_000], 2_000), [{ atMs: 0, forMs: 2_000 }]);
});

test('rot is the same for the same seed, another for another, and never two faults at a time', () => {
  const plan = (seed: number) =>
    planDrill(findDrill('rot'), { ...wish, seed, durationMs: 600_000 }, facts).faults;
  assert.deepEqual(plan(7), plan(7));
  assert.notDeepEqual(plan(7), plan(8));
  const faults = plan(7);
  assert.ok(faults.length > 20);
  faults.slice(1).forEach((fault, index) => {
    const before = faults[index]!;
    assert.ok(before.atMs + before.forMs! <= fault.atMs);
    assert.equal(fault.whenSteady, true);
  });
  assert.ok(new Set(faults.map(({ settings }) => settings.kind)).size > 4);
});

test('where a drill takes the only ingest of the stream the slate may be seen, else not for a moment', () => {
  const slateOf = (name: string, target: string, onlyIngest: string | null) =>
    planDrill(findDrill(name), { ...wish, target }, { ...facts, onlyIngest }).expectations.slateForMs;
  for (const name of ['fail-region', 'freeze-region', 'fail-ingest']) {
    assert.equal(slateOf(name, 'eu', 'eu-1'), null);
    assert.deepEqual(slateOf(name, 'us', 'eu-1'), { must: 0, aim: 0 });
    assert.deepEqual(slateOf(name, 'eu', null), { must: 0, aim: 0 });
  }
  assert.equal(slateOf('fail-node', 'eu-1', 'eu-1'), null);
});
