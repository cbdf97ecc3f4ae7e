import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOriginFault, FaultInjector, type OriginFault } from '../../../src/lib/origin/fault.ts';

const UNTIL = 1000;

function injector(fault: OriginFault | null, nowMs = 0): FaultInjector {
  return new FaultInjector(
    () => fault,
    () => nowMs,
  );
}

test('an origin without a fault is neither deaf nor late, and fails nothing', () => {
  const none = injector(null);
  assert.deepEqual([none.name, none.isDeaf, none.delayMs, none.fails(0)], [null, false, 0, false]);
});

for (const [fault, expected] of [
  [{ kind: 'stale', untilMs: UNTIL }, ['stale', true, 0, false]],
  [{ kind: 'slow', delayMs: 300, untilMs: UNTIL }, ['slow', false, 300, false]],
  [{ kind: 'errors', percent: 30, untilMs: UNTIL }, ['errors', false, 0, true]],
  [{ kind: 'none', untilMs: UNTIL }, [null, false, 0, false]],
] as const) {
  test(`${fault.kind} does what it says until its time, and nothing after it`, () => {
    const during = injector(fault);
    assert.deepEqual([during.name, during.isDeaf, during.delayMs, during.fails(0.29)], expected);
    const after = injector(fault, UNTIL);
    assert.deepEqual([after.name, after.isDeaf, after.delayMs, after.fails(0)], [null, false, 0, false]);
  });
}

test('errors fail as many requests as they say', () => {
  const errors = injector({ kind: 'errors', percent: 30, untilMs: UNTIL });
  assert.deepEqual([errors.fails(0.299), errors.fails(0.3)], [true, false]);
});

test('late() keeps the order when the fault ends meanwhile', async () => {
  let fault: OriginFault | null = { kind: 'slow', delayMs: 20, untilMs: Number.POSITIVE_INFINITY };
  const slow = new FaultInjector(
    () => fault,
    () => performance.now(),
  );
  const order: number[] = [];
  const done = new Promise<void>((resolve) => {
    slow.late(() => order.push(1));
    fault = null;
    slow.late(() => {
      order.push(2);
      resolve();
    });
  });
  assert.deepEqual(order, []);
  await done;
  assert.deepEqual(order, [1, 2]);
});

for (const value of [
  null,
  5,
  {},
  { kind: 'slow', untilMs: 1 },
  { kind: 'fire', untilMs: 1 },
  { kind: 'stale' },
]) {
  test(`refuses ${JSON.stringify(value)}`, () => {
    assert.throws(() => checkOriginFault(value), { code: 'USAGE' });
  });
}
