/** The lock of a cluster between machines: two folders, one store. No cluster runs. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { seizeLock } from '../../../src/lib/provision/lock.ts';
import {
  type ClusterLock,
  type ClusterLockOptions,
  withClusterLock,
} from '../../../src/lib/provision/operation/cluster-lock.ts';
import { loadNotes } from '../../../src/lib/provision/operation/journal.ts';
import { LeaseKeeper } from '../../../src/lib/provision/operation/lease-keeper.ts';
import { loadOperations } from '../../../src/lib/store/operations.ts';
import {
  holdOperatorLease,
  loadOperatorLease,
  OPERATOR_LEASE_MS,
  type OperatorLease,
  stealOperatorLease,
} from '../../../src/lib/store/operator-lease.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { FAR } from '../../support/far-lease.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const ADA = {
  who: 'ada',
  host: 'runner-7',
  ci: { system: 'GitHub Actions', run: '4711', url: 'https://ci/4711' },
};
const BOB = { who: 'bob@desk', host: 'desk', ci: null };

describe('the lock of a cluster', () => {
  let redis: RedisServer;
  let store: Store;
  let folder = '';
  before(async () => {
    redis = await startRedis('127.211.0.1');
    store = await connectStore(redis.options);
    folder = await mkdtemp(join(tmpdir(), 'streamctl-locks-'));
    for (const machine of ['one', 'two']) {
      await mkdir(join(folder, machine));
      await writeFile(join(folder, machine, 'cluster.json'), '{}');
    }
  });
  afterEach(async () => await store.redis.del(store.keys.operatorLease));
  after(async () => {
    store.close();
    await redis.close();
    await rm(folder, { recursive: true });
  });

  const options = (machine: 'one' | 'two', more: Partial<ClusterLockOptions> = {}): ClusterLockOptions => ({
    file: join(folder, machine, 'lock'),
    command: 'streamctl up',
    operator: machine === 'one' ? ADA : BOB,
    waitMs: 0,
    signal: new AbortController().signal,
    openStore: () => connectStore(redis.options).catch(() => null),
    ...more,
  });
  /** Holds the lock until it is let go. */
  const hold = async (machine: 'one' | 'two', more: Partial<ClusterLockOptions> = {}) => {
    const taken = Promise.withResolvers<ClusterLock>();
    const free = Promise.withResolvers<void>();
    const done = withClusterLock(options(machine, more), async (lock) => {
      taken.resolve(lock);
      await free.promise;
      await lock.check();
    });
    done.catch(taken.reject);
    return { lock: await taken.promise, letGo: () => free.resolve(), done };
  };
  const isLocked = (word: RegExp) => (error: unknown) => {
    assert.ok(error instanceof StreamctlError);
    assert.equal(error.code, 'LOCKED');
    assert.match(`${error.message} ${JSON.stringify(error.details)}`, word);
    return true;
  };

  test('another machine is refused, and told who has it, from where, and which CI run', async () => {
    const { letGo, done } = await hold('one');
    await assert.rejects(
      withClusterLock(options('two'), async () => undefined),
      isLocked(/from runner-7.*ada \(GitHub Actions 4711\) on runner-7.*https:\/\/ci\/4711/),
    );
    letGo();
    await done;
    assert.equal(await loadOperatorLease(store), null);
  });

  test('whoever waits has it when the other is done, and is told for whom it waits', async () => {
    const { letGo, done } = await hold('one');
    let waitedFor = '';
    const second = withClusterLock(
      options('two', {
        waitMs: 30_000,
        onWait: (holder) => {
          waitedFor = holder;
          letGo();
        },
      }),
      async () => 'mine',
    );
    assert.equal(await second, 'mine');
    await done;
    assert.equal(waitedFor, 'streamctl up of ada (GitHub Actions 4711) on runner-7');
  });

  test('the lease of a dead process of this machine is void at once, that of another expires in 30 s', async () => {
    await holdOperatorLease(store, FAR);
    const { leftMs } = (await loadOperatorLease(store))!;
    assert.ok(leftMs > 0 && leftMs <= OPERATOR_LEASE_MS);
    await assert.rejects(
      withClusterLock(options('two'), async () => undefined),
      isLocked(/eve@away/),
    );
    await store.redis.del(store.keys.operatorLease);
    const { lock, letGo, done } = await hold('one');
    const { lease } = (await loadOperatorLease(store))!;
    assert.equal(lease.id, lock.id);
    letGo();
    await done;
    await holdOperatorLease(store, { ...lease, id: 'dead', pid: 999_999 });
    assert.equal(await withClusterLock(options('two'), async () => 'mine'), 'mine');
  });

  test('a stolen lease stops its holder before the next step, and is free as soon as that has noticed', async () => {
    const { lock, letGo, done } = await hold('one');
    const { lease } = (await loadOperatorLease(store))!;
    await stealOperatorLease(store, { holder: lease, by: FAR, reason: 'it hangs' });
    await assert.rejects(
      withClusterLock(options('two'), async () => undefined),
      isLocked(/eve@away/),
      'nobody has it before the holder has noticed',
    );
    await until(() => lock.signal.aborted, 'the holder to notice');
    letGo();
    await assert.rejects(done, isLocked(/taken away by .*eve@away/));
    assert.equal(await withClusterLock(options('two'), async () => 'mine'), 'mine');
    const notes = await loadNotes(join(folder, 'one'));
    assert.equal(notes.at(-1)?.result, 'failed');
  });

  test('a lock file that was taken away stops its holder as well, without any store', async () => {
    const { lock, letGo, done } = await hold('one', { openStore: async () => null });
    const giveBack = await seizeLock(join(folder, 'one', 'lock'), 'a test');
    await assert.rejects(lock.check(), isLocked(/taken away by a test/));
    letGo();
    await assert.rejects(done, isLocked(/a test/));
    await giveBack();
  });

  test('a command that did not look while another had the lock does not take it back', async () => {
    const first = await hold('one');
    await store.redis.del(store.keys.operatorLease);
    await withClusterLock(options('two'), async () => undefined);
    await until(() => first.lock.signal.aborted, 'the holder to notice');
    await assert.rejects(first.lock.check(), isLocked(/taken away by a command that has ended/));
    first.letGo();
    await assert.rejects(first.done, isLocked(/has ended/));
    assert.equal(await loadOperatorLease(store), null);
  });

  test('a holder that was away for longer than a stolen lease is kept for it does not take it back', async () => {
    const { lock, letGo, done } = await hold('one');
    const { lease } = (await loadOperatorLease(store))!;
    await stealOperatorLease(store, { holder: lease, by: FAR, reason: '' });
    await store.redis.del(store.keys.operatorLease);
    await until(() => lock.signal.aborted, 'the holder to notice');
    letGo();
    await assert.rejects(done, isLocked(/has ended/));
  });

  test('a lease that the store lost is taken again, also with the count of its holders', async () => {
    for (const lost of [[store.keys.operatorLease], [store.keys.operatorLease, store.keys.operatorToken]]) {
      const { lock, letGo, done } = await hold('one');
      const before = (await loadOperatorLease(store))!.lease.token;
      await store.redis.del(...lost);
      const found = async () => (await loadOperatorLease(store))?.lease;
      await until(async () => (await found())?.id === lock.id, 'the lease to be taken again');
      assert.equal((await found())?.token, before);
      letGo();
      await done;
    }
    assert.ok(Number(await store.redis.get(store.keys.operatorToken)) > 1);
  });

  test('a look over a connection that broke meanwhile is made over another one', async (t) => {
    let connection: Store | null = null;
    const lost: (OperatorLease | null)[] = [];
    const openStore = async () => (connection = await connectStore(redis.options));
    const keeper = new LeaseKeeper({ own: FAR, openStore, onLost: (holder) => lost.push(holder) });
    assert.equal(await keeper.take(), null);
    await store.redis.del(store.keys.operatorLease);
    await withClusterLock(options('two'), async () => undefined);
    const broken: Store = connection!;
    broken.close();
    const now = performance.now.bind(performance);
    t.mock.method(performance, 'now', () => now() + 5_000);
    await keeper.check();
    assert.deepEqual(lost, [null]);
    await keeper.close();
  });

  test('a lock file that was taken and given back between two looks stops its holder as well', async () => {
    const { lock, letGo, done } = await hold('one', { openStore: async () => null });
    const giveBack = await seizeLock(join(folder, 'one', 'lock'), 'a test');
    await giveBack();
    await assert.rejects(lock.check(), isLocked(/taken away by a command that has ended/));
    letGo();
    await assert.rejects(done, isLocked(/has ended/));
  });

  test('a store that comes later is told; the lease of another machine there ends the command', async () => {
    let opened: Promise<Store | null> = Promise.resolve(null);
    const late = await hold('one', { openStore: () => opened });
    assert.equal(await loadOperatorLease(store), null);
    opened = connectStore(redis.options);
    await until(
      async () => (await loadOperatorLease(store))?.lease.id === late.lock.id,
      'the lease to be taken',
    );
    late.letGo();
    await late.done;
    await holdOperatorLease(store, FAR);
    let shown: Promise<Store | null> = Promise.resolve(null);
    const blind = await hold('two', { openStore: () => shown });
    shown = connectStore(redis.options);
    await until(() => blind.lock.signal.aborted, 'the lease of another to be seen');
    blind.letGo();
    await assert.rejects(blind.done, isLocked(/eve@away/));
  });

  test('each holder has a greater token than all before, and both journals have both lines', async () => {
    const tokens: (number | undefined)[] = [];
    for (const machine of ['one', 'two'] as const) {
      await withClusterLock(options(machine), async (lock) => {
        tokens.push((await loadOperatorLease(store))?.lease.token);
        lock.tell('4 changes');
      });
    }
    assert.ok(tokens[1]! > tokens[0]!, String(tokens));
    const stored = (await loadOperations(store, 2)).map(({ phase, result, text }) => [phase, result, text]);
    assert.deepEqual(stored, [
      ['begun', null, ''],
      ['ended', 'done', '4 changes'],
    ]);
    const [begun, ended] = (await loadNotes(join(folder, 'two'))).slice(-2);
    assert.deepEqual([begun?.who, ended?.text, ended?.id === begun?.id], ['bob@desk', '4 changes', true]);
  });
});
