import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillPlan } from '../../../src/lib/drill/drill-plan.ts';
import { runDrill } from '../../../src/lib/drill/run-drill.ts';
import { FAKE_IDENTITY, type FakeBehaviour, FakeDrill, fakePlan } from '../../support/fake-drill.ts';

async function run(behaviour: FakeBehaviour, more: Partial<DrillPlan> = {}, abortAfterMs?: number) {
  const drill = new FakeDrill(behaviour);
  const abort = new AbortController();
  if (abortAfterMs !== undefined) drill.clock.at(drill.clock.nowMs() + abortAfterMs, () => abort.abort());
  const outcome = await runDrill(fakePlan(more), drill.deps, {
    identity: FAKE_IDENTITY,
    signal: abort.signal,
  });
  return { drill, run: outcome.run, pictures: outcome.pictures };
}

test('a drill arms the undo before it breaks anything, heals, and closes all it opened', async () => {
  const { drill } = await run({});
  assert.deepEqual(drill.calls, ['keeper started', 'armed 1', 'injected', 'healed 1', 'keeper closed']);
  assert.equal(drill.fleet.closed, true);
});

test('viewers who saw nothing, and a cluster that is as before, make a pass', async () => {
  const { run: result } = await run({});
  assert.deepEqual([result.verdict, result.reasons], ['pass', []]);
  assert.deepEqual(result.seen.deadAirMs, { p50: 0, p95: 0, p99: 0, max: 0 });
  assert.equal(result.steadyState.after?.ok, true);
  assert.equal(result.healedMs! - result.faultMs!, 10_000);
});

test('a publisher that was cut off is said to be back when it has connected, not when it was started', async () => {
  const { run: result } = await run({ connectsMs: 200 });
  const back = result.events.find(({ text }) => /^the publisher connected/.test(text));
  assert.equal(back?.text, 'the publisher connected, 0.2 s after it was started');
  assert.equal(back?.atMs, result.healedMs! + 200);
});

test('dead air beyond the expectation fails, with how much of whom', async () => {
  const { run: result } = await run({ deadAirMs: 1500 });
  assert.equal(result.verdict, 'fail');
  assert.deepEqual(result.reasons, ['dead air p99: 1500 ms, must be at most 999 ms']);
  assert.deepEqual([result.seen.affected, result.seen.affectedShare], [5, 0.5]);
});

test('dead air within the expectation passes, and misses the aim', async () => {
  const { run: result } = await run({ deadAirMs: 400 });
  assert.equal(result.verdict, 'pass');
  assert.equal(result.findings.find(({ name }) => name === 'dead air p99')?.result, 'must');
});

test('a fault that was not seen to bite is unknown, never a pass, and is healed at once', async () => {
  const { run: result, drill } = await run({ toothless: true });
  assert.equal(result.verdict, 'unknown');
  assert.match(result.reasons[0]!, /not seen to bite/);
  assert.ok(drill.calls.includes('healed 1'));
  assert.ok(result.healedMs! - result.faultMs! < 6_000);
});

test('a lasting fault that was over before the heal is unknown', async () => {
  const { run: result } = await run({ fleetingMs: 4_000 });
  assert.equal(result.verdict, 'unknown');
  assert.match(result.reasons[0]!, /did not last/);
});

test('a cluster that does not recover is recovery-failed, whatever viewers saw', async () => {
  const { run: result } = await run({ unhealable: true });
  assert.equal(result.verdict, 'recovery-failed');
  assert.match(result.reasons[0]!, /eu-1 is down/);
  assert.equal(result.recoveredMs, null);
});

test('without a steady state to begin with nothing is touched', async () => {
  const drill = new FakeDrill({ sick: true });
  const options = { identity: FAKE_IDENTITY, signal: new AbortController().signal };
  await assert.rejects(runDrill(fakePlan(), drill.deps, options), { code: 'UNHEALTHY' });
  assert.deepEqual(drill.calls, []);
  assert.equal(drill.fleet.closed, true);
});

test('a person who stops a drill has it healed at once, without waiting for the steady state', async () => {
  const { run: result, drill } = await run({}, {}, 8_000);
  assert.equal(result.verdict, 'aborted');
  assert.deepEqual(drill.calls.slice(-2), ['healed 1', 'keeper closed']);
  assert.ok(result.healedMs! - result.faultMs! < 5_000);
  assert.equal(result.steadyState.after, null);
});

test('a drill that is stopped before anything was broken breaks nothing', async () => {
  const drill = new FakeDrill();
  const abort = new AbortController();
  drill.clock.at(drill.clock.nowMs() + 1_000, () => abort.abort());
  const options = { identity: FAKE_IDENTITY, signal: abort.signal };
  await assert.rejects(runDrill(fakePlan(), drill.deps, options), { code: 'INTERRUPTED' });
  assert.ok(!drill.calls.includes('injected'));
});

test('a drill whose undo process is lost is aborted and healed', async () => {
  const { run: result, drill } = await run({ keeperDiesMs: 2_000 });
  assert.equal(result.verdict, 'aborted');
  assert.match(result.reasons[0]!, /undo was lost/);
  assert.ok(drill.calls.includes('healed 1'));
});

test('harm to viewers whom the fault does not touch ends the drill early, as a fail', async () => {
  const { run: result } = await run({ deadAirMs: 60_000, spreads: true }, { durationMs: 30_000 });
  assert.equal(result.verdict, 'fail');
  assert.match(result.reasons[0]!, /stopped early: 5 of 5 viewers of regions that the fault does not touch/);
  assert.ok(result.healedMs! - result.faultMs! < 8_000);
});

test('a fault with a length is healed in its time, and the next one follows', async () => {
  const settings = { kind: 'kill-nodes', nodes: ['eu-1'] } as const;
  const faults = [
    { id: '1', atMs: 0, forMs: 1_000, whenSteady: false, settings },
    { id: '2', atMs: 5_000, forMs: 2_000, whenSteady: false, settings },
  ];
  const { drill } = await run({}, { faults });
  const order = drill.calls.filter((call) => call !== 'keeper started');
  assert.deepEqual(order, [
    ...['armed 1', 'armed 2', 'injected', 'healed 1', 'injected', 'healed 2'],
    'keeper closed',
  ]);
  const times = drill.events
    .filter(({ kind }) => kind === 'fault' || kind === 'healed')
    .map(({ atMs }) => atMs);
  assert.deepEqual(
    times.map((ms) => Math.round((ms - times[0]!) / 100) / 10),
    [0, 1, 5, 7],
  );
});

test('a fault that waits for the recovery comes after the heal of those before it, and is armed then', async () => {
  const settings = { kind: 'kill-nodes', nodes: ['eu-1'] } as const;
  const faults = [
    { id: '1', atMs: 0, forMs: 10_000, whenSteady: false, settings },
    { id: '2', atMs: 1_000, forMs: 2_000, whenSteady: true, settings },
  ];
  const { drill, run: result } = await run({}, { faults, durationMs: 30_000 });
  const order = drill.calls.filter((call) => call !== 'keeper started');
  assert.deepEqual(order, [
    ...['armed 1', 'injected', 'healed 1', 'armed 2', 'injected', 'healed 2'],
    'keeper closed',
  ]);
  const healedMs = drill.events.find(({ kind }) => kind === 'healed')!.atMs;
  assert.equal(healedMs - result.faultMs!, 10_000, 'the first one is not held back');
  assert.deepEqual([result.verdict, result.reasons], ['pass', []]);
});

test('what ends a drill early also ends the wait for the recovery between two faults', async () => {
  const settings = { kind: 'kill-nodes', nodes: ['eu-1'] } as const;
  const faults = [
    { id: '1', atMs: 0, forMs: 1_000, whenSteady: false, settings },
    { id: '2', atMs: 2_000, forMs: 2_000, whenSteady: true, settings },
  ];
  const behaviour = { deadAirMs: 30_000, spreads: true };
  const { drill, run: result } = await run(behaviour, { faults, durationMs: 90_000 });
  assert.match(result.reasons[0]!, /^stopped early: 5 of 5 viewers of regions/);
  assert.equal(drill.calls.filter((call) => call === 'injected').length, 1);
  const stoppedMs = drill.events.find(({ kind }) => kind === 'stopped')!.atMs;
  assert.ok(stoppedMs - result.faultMs! < 8_000);
});

test('a fault that waits for the recovery from one without an end is refused before anything is broken', async () => {
  const drill = new FakeDrill();
  const settings = { kind: 'kill-nodes', nodes: ['eu-1'] } as const;
  const faults = [
    { id: '1', atMs: 0, forMs: null, whenSteady: false, settings },
    { id: '2', atMs: 2_000, forMs: 2_000, whenSteady: true, settings },
  ];
  const options = { identity: FAKE_IDENTITY, signal: new AbortController().signal };
  await assert.rejects(runDrill(fakePlan({ faults }), drill.deps, options), {
    code: 'USAGE',
    message: /fault 2 waits for the recovery from fault 1/,
  });
  assert.ok(!drill.calls.includes('injected'));
});

test('faults that together would take the last healthy region are refused before anything is broken', async () => {
  const drill = new FakeDrill();
  const deps = {
    ...drill.deps,
    resolveFault: async (...args: Parameters<typeof drill.deps.resolveFault>) => ({
      ...(await drill.deps.resolveFault(...args)),
      lostNodes: ['us-1', 'eu-1'],
    }),
  };
  const options = { identity: FAKE_IDENTITY, signal: new AbortController().signal };
  const plan = fakePlan({ limits: { ...fakePlan().limits, nodes: 2 } });
  await assert.rejects(runDrill(plan, deps, options), { code: 'CONFLICT', message: /last healthy region/ });
  assert.deepEqual(drill.calls, []);
});

test('every event of a drill is on one clock, and viewers are drawn over time', async () => {
  const { run: result, pictures } = await run({ deadAirMs: 700 });
  const kinds = result.events.map(({ kind }) => kind);
  for (const kind of ['steady', 'armed', 'fault', 'bit', 'viewers', 'healed', 'recovered', 'verdict']) {
    assert.ok(kinds.includes(kind as (typeof kinds)[number]), `${kind} in ${kinds.join(' ')}`);
  }
  assert.deepEqual(
    result.events.map(({ atMs }) => atMs),
    result.events.map(({ atMs }) => atMs).sort((a, b) => a - b),
  );
  const stalled = pictures.bands.filter(({ points }) => points.some(([, , state]) => state === 's'));
  assert.deepEqual(new Set(stalled.map(({ region }) => region)), new Set(['eu']));
});
