/** Both locks of a cluster seen from outside, while its store comes and goes. No cluster runs. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { awaitUnlocked, type LockState, loadLockState, stealLock } from '../../../src/lib/cli/lock-action.ts';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';
import { holdOperatorLease } from '../../../src/lib/store/operator-lease.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { PEERS } from '../../support/cluster-answers.ts';
import { FAR } from '../../support/far-lease.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

describe('the lock of a cluster, seen from outside', () => {
  let redis: RedisServer;
  let store: Store;
  let dir = '';
  const place = () => ({ name: 'test', dir });
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'streamctl-lock-'));
  });
  beforeEach(async () => {
    redis = await startRedis('127.211.0.3');
    store = await connectStore(redis.options);
    await store.redis.call('ACL', 'SETUSER', 'operator', 'on', '>test-password', '~*', '&*', '+@all');
    await holdOperatorLease(store, FAR);
    const { record, redisPassword, keySecret } = clusterLayout(dir);
    await mkdir(dirname(redisPassword), { recursive: true });
    await cp(redis.options.passwordFile, redisPassword);
    await cp(redis.options.keySecretFile, keySecret);
    const { address, port } = redis.options;
    const peers = [{ ...PEERS[0]!, address, ports: { ...PEERS[0]!.ports, redis: port } }];
    await writeFile(record, JSON.stringify({ version: 1, cluster: 'test', peers }));
  });
  afterEach(async () => {
    store.close();
    await redis.close();
  });
  after(async () => await rm(dir, { recursive: true }));

  /** Waits, and ends the store when the first holder is told. */
  const wait = async (waitMs: number) => {
    const said: LockState[] = [];
    const say = (state: LockState): void => {
      if (said.push(state) === 1) void redis.close();
    };
    const waiting = awaitUnlocked(place(), { waitMs, signal: new AbortController().signal, say });
    return { said, outcome: await waiting.catch((error: unknown) => error) };
  };

  test('a lease that was seen counts while the store is away', async () => {
    const { said, outcome } = await wait(1200);
    assert.equal(said[0]?.lease?.id, 'far');
    assert.ok(outcome instanceof StreamctlError, JSON.stringify(outcome));
    assert.equal(outcome.code, 'LOCKED');
    const { held, lease, store: seen } = (outcome.details as { state: LockState }).state;
    assert.deepEqual([held, lease?.id, seen], [true, 'far', 'away']);
  });

  test('when it would have expired the wait ends, and says that the store is away', async () => {
    await store.redis.pexpire(store.keys.operatorLease, 900);
    const { outcome } = await wait(20_000);
    assert.equal((outcome as { store?: string }).store, 'away', String(outcome));
  });

  test('a store that answers and cannot be read is away, and so says who wants to steal the lock', async () => {
    await store.redis.del(store.keys.operatorLease);
    await store.redis.hset(store.keys.operatorLease, 'no', 'lease');
    const { held, lease, store: seen } = await loadLockState(place());
    assert.deepEqual([held, lease, seen], [false, null, 'away']);
    const theft = await stealLock(place(), '');
    assert.deepEqual([theft.stolen, theft.store], [false, 'away']);
  });
});
