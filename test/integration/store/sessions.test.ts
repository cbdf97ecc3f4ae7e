import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import { loadSessions } from '../../../src/lib/store/load-sessions.ts';
import type { SessionRecord } from '../../../src/lib/store/records.ts';
import {
  closeSession,
  openSession,
  refreshSession,
  SESSION_TTL_MS,
} from '../../../src/lib/store/sessions.ts';
import { connectStore, keepStoreConnected, type Store } from '../../../src/lib/store/store.ts';
import { freePort } from '../../support/free-port.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const session: SessionRecord = {
  stream: 'demo',
  sessionId: 1_800_000_000_000,
  node: 'us-1',
  region: 'us',
  client: '127.0.0.1#7',
  clientAddress: '127.0.0.1',
  keyId: 'cafe',
};
const other: SessionRecord = { ...session, sessionId: 1_800_000_000_001, client: '127.0.0.1#8' };
const abroad: SessionRecord = { ...session, sessionId: 1_800_000_000_002, node: 'eu-1', region: 'eu' };
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.204.1.2');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

test('a session opens once: another client is told who publishes', async () => {
  assert.deepEqual(await openSession(store, session), { kind: 'opened', session, oldest: session });
  assert.deepEqual(await openSession(store, other), { kind: 'in-use', by: session });
  assert.deepEqual(await loadSessions(store, ['demo', 'none']), [session]);
});

test('the same client may open again', async () => {
  await openSession(store, session);
  const again = { ...session, sessionId: 1_800_000_000_005 };
  assert.deepEqual(await openSession(store, again), { kind: 'opened', session: again, oldest: again });
});

test('a session of another region opens as the reserve, and takes over when the oldest closes', async () => {
  await openSession(store, session);
  assert.deepEqual(await openSession(store, abroad), { kind: 'opened', session: abroad, oldest: session });
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
  const second = { ...abroad, client: '127.0.0.1#9' };
  assert.deepEqual(await openSession(store, second), { kind: 'in-use', by: abroad });
  assert.equal(await refreshSession(store, session), true);
  assert.equal(await refreshSession(store, abroad), true);
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
  assert.equal(await closeSession(store, session), true);
  assert.deepEqual(await loadSessions(store, ['demo']), [abroad]);
  assert.equal(await store.redis.exists(store.keys.regionSessions('demo')), 0);
});

test('the reserve leaves without a trace, and is put back by refreshing when the store lost everything', async () => {
  await openSession(store, session);
  await openSession(store, abroad);
  assert.equal(await closeSession(store, abroad), true);
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
  await store.redis.flushall();
  await refreshSession(store, abroad);
  await refreshSession(store, session);
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
  assert.equal(await store.redis.hlen(store.keys.regionSessions('demo')), 2);
});

test('the reserve is the oldest as soon as the session before it has expired, without a time between', async () => {
  await openSession(store, session);
  await openSession(store, abroad);
  const key = store.keys.regionSessions('demo');
  await store.redis.hset(key, 'us', `1 ${JSON.stringify(session)}`);
  assert.deepEqual(await loadSessions(store, ['demo']), [session], 'published, until somebody notices');
  assert.equal(await refreshSession(store, abroad), true);
  assert.deepEqual(await loadSessions(store, ['demo']), [abroad]);
});

test('a session opened later is younger, whatever the clocks of the nodes say', async () => {
  await openSession(store, session);
  const early = { ...abroad, sessionId: session.sessionId - 5000 };
  const opened = await openSession(store, early);
  const expected = { ...abroad, sessionId: session.sessionId + 1 };
  assert.deepEqual(opened, { kind: 'opened', session: expected, oldest: session });
});

test('a session that is known to be dead gives way in its region', async () => {
  await openSession(store, session);
  const next = { ...session, node: 'us-2', sessionId: 1_800_000_000_009 };
  assert.equal((await openSession(store, next)).kind, 'in-use');
  assert.equal((await openSession(store, next, { insteadOf: session })).kind, 'opened');
  assert.deepEqual(await loadSessions(store, ['demo']), [next]);
  assert.equal(await refreshSession(store, session), false);
});

test('a session expires unless refreshed, and a lost one is put back by refreshing', async () => {
  await openSession(store, session);
  await store.redis.pexpire(store.keys.session('demo'), 100);
  assert.equal(await refreshSession(store, session), true);
  const leftMs = await store.redis.pttl(store.keys.session('demo'));
  assert.ok(leftMs > SESSION_TTL_MS - 1000 && leftMs <= SESSION_TTL_MS);
  await store.redis.flushall();
  assert.equal(await refreshSession(store, session), true);
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
});

test("another client's session is neither refreshed nor closed", async () => {
  await openSession(store, session);
  assert.equal(await refreshSession(store, other), false);
  assert.equal(await closeSession(store, other), false);
  assert.deepEqual(await loadSessions(store, ['demo']), [session]);
  assert.equal(await closeSession(store, session), true);
  assert.deepEqual(await loadSessions(store, ['demo']), []);
});

test('opening and closing say so on the channel', async () => {
  const heard: string[] = [];
  const listener = new Redis({
    host: redis.options.address,
    port: redis.options.port,
    password: 'test-password',
    disableClientInfo: true,
  });
  listener.on('message', (_channel, word: string) => heard.push(word));
  await listener.subscribe(store.keys.changes);
  await openSession(store, session);
  await refreshSession(store, session);
  await closeSession(store, session);
  await until(() => heard.length === 2, 'two words on the channel');
  assert.deepEqual(heard, ['session demo', 'session demo']);
  listener.disconnect();
});

test('a store that does not answer is NOT_RUNNING at once', async () => {
  const port = await freePort('127.204.1.3');
  const started = performance.now();
  await assert.rejects(connectStore({ ...redis.options, address: '127.204.1.3', port }), {
    code: 'NOT_RUNNING',
  });
  assert.ok(performance.now() - started < 2000);
});

test('a kept connection comes back after the store did, and fails at once meanwhile', async () => {
  const port = await freePort('127.204.1.4');
  const first = await startRedis('127.204.1.4', 'test', port);
  const kept = await keepStoreConnected(first.options);
  try {
    await until(() => kept.redis.status === 'ready', 'the first connection');
    await first.close();
    await until(() => kept.redis.status !== 'ready', 'the loss noticed');
    await assert.rejects(loadSessions(kept, ['demo']));
    const second = await startRedis('127.204.1.4', 'test', port);
    try {
      await until(() => kept.redis.status === 'ready', 'the connection back');
      assert.deepEqual(await loadSessions(kept, ['demo']), []);
    } finally {
      await second.close();
    }
  } finally {
    kept.close();
  }
});
