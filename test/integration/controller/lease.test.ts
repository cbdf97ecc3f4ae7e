import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ControllerReport } from '../../../src/lib/health/report.ts';
import {
  holdLease,
  loadLease,
  loadVerdicts,
  writeVerdicts,
} from '../../../src/lib/store/controller-lease.ts';
import { loadEvents } from '../../../src/lib/store/load-events.ts';
import { abortMove, beginMove, dropPlannedMove, finishMove } from '../../../src/lib/store/moves.ts';
import { placeStream, releaseStream } from '../../../src/lib/store/placements.ts';
import { restoreRing } from '../../../src/lib/store/ring.ts';
import { type ControllerProcess, spawnController } from '../../support/controllers.ts';
import { type Cable, type FakeNodes, layCable, startFakeNodes } from '../../support/fake-nodes.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { plainWish } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

/** Taken over within this, counted from the fault. */
const TAKE_OVER_MS = 3000;
const NAMES = ['us-1', 'us-2', 'eu-1'];
let redis: RedisServer;
let fake: FakeNodes;
let cables: Cable[];
let controllers: ControllerProcess[];

before(async () => {
  redis = await startRedis('127.203.11.100');
  fake = await startFakeNodes({ names: NAMES, block: '127.203.11', redis: redis.options });
});
beforeEach(async () => {
  await fake.store.redis.flushall();
  await restoreRing(fake.store, fake.ring);
});
after(async () => {
  await fake.close();
  await redis.close();
});

/** Starts one controller a node, runs the test while one of them has the lease, and ends them. */
async function withControllers(
  run: (holder: ControllerProcess, cable: Cable) => Promise<void>,
): Promise<void> {
  const { address, port } = redis.options;
  cables = await Promise.all(NAMES.map(() => layCable(address, port)));
  controllers = NAMES.map((name, index) =>
    spawnController({
      config: fake.configOf(name),
      redis: { ...redis.options, port: cables[index]!.port },
      knownRing: null,
    }),
  );
  try {
    await until(
      async () => (await loadEvents(fake.store, 10)).some(({ what }) => what === 'controller-taken'),
      'a controller',
    );
    const lease = await loadLease(fake.store);
    const at = NAMES.indexOf(lease!.node);
    await run(controllers[at]!, cables[at]!);
  } finally {
    await Promise.all(controllers.map((controller) => controller.close()));
    await Promise.all(cables.map((cable) => cable.close()));
  }
}

/** Waits until another node than this one works as the controller, and returns how long that took. */
async function awaitSuccessor(holder: ControllerProcess, fromMs: number): Promise<number> {
  await until(
    async () => {
      const taken = (await loadEvents(fake.store, 10)).findLast(({ what }) => what === 'controller-taken');
      return taken !== undefined && taken.who !== `controller ${holder.node}`;
    },
    'another controller',
    TAKE_OVER_MS + 5000,
  );
  return performance.now() - fromMs;
}

test('one of several is the controller, and all know which', async () => {
  await withControllers(async (holder) => {
    let statuses: (ControllerReport | null)[] = [];
    await until(async () => {
      statuses = await Promise.all(controllers.map((controller) => controller.status()));
      return statuses.every((status) => status?.node === holder.node);
    }, 'all to know the controller');
    assert.equal(statuses.filter((status) => status?.work != null).length, 1);
  });
});

for (const [title, harm] of [
  ['killed', (holder: ControllerProcess) => holder.signal('SIGKILL')],
  ['frozen', (holder: ControllerProcess) => holder.signal('SIGSTOP')],
  ['cut off from the store', (_holder: ControllerProcess, cable: Cable) => cable.cut()],
] as const) {
  test(`a controller that is ${title} is replaced within ${TAKE_OVER_MS / 1000} s, with a higher token`, async (context) => {
    await withControllers(async (holder, cable) => {
      const before = await loadLease(fake.store);
      const fromMs = performance.now();
      harm(holder, cable);
      const tookMs = await awaitSuccessor(holder, fromMs);
      context.diagnostic(`${title}: replaced after ${Math.round(tookMs)} ms`);
      assert.ok(tookMs < TAKE_OVER_MS, `took ${tookMs} ms`);
      assert.ok((await loadLease(fake.store))!.token > before!.token);
    });
  });
}

test('a controller that ends gives the lease back, and another takes it at once', async () => {
  await withControllers(async (holder) => {
    const fromMs = performance.now();
    holder.signal('SIGTERM');
    const tookMs = await awaitSuccessor(holder, fromMs);
    assert.ok(tookMs < 1000, `took ${tookMs} ms`);
  });
});

test('a controller that cannot reach the store stops before another begins', async () => {
  await withControllers(async (holder, cable) => {
    cable.cut();
    let wasBoth = false;
    const watching = (async () => {
      for (;;) {
        const [status, lease] = await Promise.all([holder.status(), loadLease(fake.store)]);
        if (lease !== null && lease.node !== holder.node) {
          wasBoth = status?.work != null;
          return;
        }
      }
    })();
    await watching;
    assert.equal(wasBoth, false);
  });
});

test('a frozen controller that comes back does nothing, and knows its successor', async () => {
  await withControllers(async (holder) => {
    const { token } = (await loadLease(fake.store))!;
    holder.signal('SIGSTOP');
    await awaitSuccessor(holder, 0);
    const trail = async () =>
      (await loadEvents(fake.store, 100)).filter(({ who }) => who.endsWith(holder.node)).length;
    const told = await trail();
    holder.signal('SIGCONT');
    await until(
      async () => ((await holder.status())?.token ?? 0) > token,
      'the old one to see the new token',
    );
    const status = await holder.status();
    assert.notEqual(status?.node, holder.node);
    assert.equal(status?.work, null);
    assert.equal(await trail(), told);
  });
});

test('every script of a controller refuses an old token, and changes nothing', async () => {
  const { store } = fake;
  const old = (await holdLease(store, { node: 'us-1', atLeast: 0 })).lease.token;
  await placeStream(store, plainWish(fake.ring, { stream: 'still', token: old }));
  await placeStream(store, plainWish(fake.ring, { stream: 'moving', token: old }));
  const act = { token: old, epoch: 1, why: 'home' as const, capacity: null, atMs: 1 };
  const move = { ...act, stream: 'moving', from: 'us-1', to: 'us-2' };
  assert.equal(await beginMove(store, move), 'done');
  await store.redis.del(store.keys.controller);
  const young = (await holdLease(store, { node: 'eu-1', atLeast: 0 })).lease.token;
  assert.ok(young > old);
  const dump = async () => {
    const keys = (await store.redis.keys('*')).filter((key) => !/heartbeat/.test(key)).sort();
    return await Promise.all(keys.map(async (key) => [key, await store.redis.dump(key)]));
  };
  const before = await dump();
  const end = { token: old, stream: 'moving' };
  const outcomes = [
    await beginMove(store, { ...move, stream: 'still' }),
    await finishMove(store, end),
    await abortMove(store, end),
    await dropPlannedMove(store, { ...end, from: 'us-1' }),
    (await placeStream(store, plainWish(fake.ring, { stream: 'new', token: old }))).kind,
  ];
  assert.deepEqual(outcomes, Array(5).fill('superseded'));
  assert.equal(await releaseStream(store, { stream: 'still', token: old }), false);
  const verdict = { node: 'us-1', state: 'down' as const, why: '', sinceMs: 1 };
  assert.equal(await writeVerdicts(store, { token: old, verdicts: [verdict] }), false);
  assert.equal((await loadVerdicts(store)).size, 0);
  assert.deepEqual(await dump(), before);
});
