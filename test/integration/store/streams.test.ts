import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Clock } from '../../../src/lib/base/clock.ts';
import { loadEvents } from '../../../src/lib/store/load-events.ts';
import { loadKeys } from '../../../src/lib/store/load-streams.ts';
import { readStore } from '../../../src/lib/store/read-connection.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { hashStreamKey } from '../../../src/lib/store/stream-key.ts';
import { noteKeysShown } from '../../../src/lib/store/stream-records.ts';
import { listStreams } from '../../../src/lib/streams/list-streams.ts';
import { loadUnshown } from '../../../src/lib/streams/load-unshown.ts';
import {
  addStream,
  removeStream,
  replaceTestKey,
  revokeKey,
  rotateKey,
} from '../../../src/lib/streams/streams.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

const by = 'someone@somewhere';
let redis: RedisServer;
let store: Store;
let nowMs = 1_800_000_000_000;
const clock: Clock = { nowMs: () => nowMs++ };

before(async () => {
  redis = await startRedis('127.204.1.1');
  store = await connectStore({ ...redis.options, clock });
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

async function validKeys(keys: readonly string[]): Promise<string[]> {
  const known = await loadKeys(store);
  return keys.filter((key) => known.has(hashStreamKey(key, store.keySecret)));
}

test('an added stream is listed with its key id, and its key is stored as a hash alone', async () => {
  const { key, keyId } = await addStream(store, { name: 'demo', by });
  assert.match(key, /^sk_demo_/);
  const [listed] = await listStreams(store);
  assert.equal(listed?.name, 'demo');
  assert.deepEqual(
    listed?.keys.map((k) => [k.keyId, k.kind]),
    [[keyId, 'user']],
  );
  assert.deepEqual(await validKeys([key]), [key]);
  const dump = JSON.stringify([
    await store.redis.hgetall(store.keys.streams),
    await store.redis.hgetall(store.keys.keys),
    await loadEvents(store, 100),
  ]);
  assert.ok(!dump.includes(key));
});

test('a stream that exists is not added again, and its key stays', async () => {
  const { key } = await addStream(store, { name: 'demo', by });
  await assert.rejects(addStream(store, { name: 'demo', by }), { code: 'CONFLICT' });
  assert.equal((await loadKeys(store)).size, 1);
  assert.deepEqual(await validKeys([key]), [key]);
});

test('of two that add the same stream at once, one wins', async () => {
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => addStream(store, { name: 'demo', by })));
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  assert.equal((await loadKeys(store)).size, 1);
});

for (const name of ['', 'Demo', '-a', 'a_b', 'a/b', 'x'.repeat(64), 'a\n']) {
  test(`the stream name ${JSON.stringify(name)} is refused`, async () => {
    await assert.rejects(addStream(store, { name, by }), { code: 'USAGE' });
  });
}

test('two keys are valid at a time: a third ends the oldest', async () => {
  const first = await addStream(store, { name: 'demo', by });
  await addStream(store, { name: 'other', by });
  const second = await rotateKey(store, { name: 'demo', by });
  assert.deepEqual(second.ended, []);
  assert.deepEqual(await validKeys([first.key, second.key]), [first.key, second.key]);
  const third = await rotateKey(store, { name: 'demo', by });
  assert.deepEqual(third.ended, [first.keyId]);
  assert.deepEqual(await validKeys([first.key, second.key, third.key]), [second.key, third.key]);
  assert.equal((await loadKeys(store)).size, 3, 'the other stream keeps its key');
});

test('the test publisher has one key, beside the two of the user', async () => {
  const first = await addStream(store, { name: 'demo', by });
  const second = await rotateKey(store, { name: 'demo', by });
  const test1 = await replaceTestKey(store, { name: 'demo', by });
  const test2 = await replaceTestKey(store, { name: 'demo', by });
  assert.deepEqual(await validKeys([first.key, second.key, test1.key, test2.key]), [
    first.key,
    second.key,
    test2.key,
  ]);
});

test('revoking by id ends that key alone; without an id every user key', async () => {
  const first = await addStream(store, { name: 'demo', by });
  const second = await rotateKey(store, { name: 'demo', by });
  const tests = await replaceTestKey(store, { name: 'demo', by });
  assert.deepEqual(await revokeKey(store, { name: 'demo', keyId: first.keyId, by }), [first.keyId]);
  assert.deepEqual(await validKeys([first.key, second.key]), [second.key]);
  assert.deepEqual(await revokeKey(store, { name: 'demo', by }), [second.keyId]);
  assert.deepEqual(await validKeys([second.key, tests.key]), [tests.key]);
});

test('an unknown stream or key is NOT_FOUND', async () => {
  await addStream(store, { name: 'demo', by });
  for (const attempt of [
    () => removeStream(store, { name: 'none', by }),
    () => rotateKey(store, { name: 'none', by }),
    () => revokeKey(store, { name: 'none', by }),
    () => revokeKey(store, { name: 'demo', keyId: 'beef', by }),
  ]) {
    await assert.rejects(attempt, { code: 'NOT_FOUND' });
  }
});

test('a removed stream takes its keys with it', async () => {
  await addStream(store, { name: 'demo', by });
  await removeStream(store, { name: 'demo', by });
  assert.deepEqual(await listStreams(store), []);
  assert.equal((await loadKeys(store)).size, 0);
});

test('the audit trail says who, when, what', async () => {
  const { keyId } = await addStream(store, { name: 'demo', by });
  await revokeKey(store, { name: 'demo', keyId, by });
  const events = await loadEvents(store, 10);
  assert.deepEqual(
    events.map(({ who, what, stream, subject }) => [who, what, stream, subject]),
    [
      [by, 'stream-added', 'demo', ''],
      [by, 'key-added', 'demo', keyId],
      [by, 'key-ended', 'demo', keyId],
    ],
  );
  assert.ok(events.every((event) => event.atMs >= 1_800_000_000_000 && event.atMs < nowMs));
});

test('records that are not ours are passed over', async () => {
  await addStream(store, { name: 'demo', by });
  await store.redis.hset(store.keys.streams, 'broken', '{');
  assert.deepEqual(
    (await listStreams(store)).map((stream) => stream.name),
    ['demo'],
  );
});

test('a read connection lists what the whole store lists', async () => {
  assert.deepEqual(await readStore(redis.options, listStreams), []);
  await addStream(store, { name: 'demo', by });
  await addStream(store, { name: 'other', by });
  const listed = await readStore(redis.options, listStreams);
  assert.equal(listed.length, 2);
  assert.deepEqual(listed, await listStreams(store));
});

test('a read connection with a wrong password, or to nobody, is NOT_RUNNING', async () => {
  const wrong = { ...redis.options, passwordFile: redis.options.keySecretFile };
  await assert.rejects(readStore(wrong, listStreams), { code: 'NOT_RUNNING' });
  await assert.rejects(readStore({ ...redis.options, address: '127.204.1.9' }, listStreams), {
    code: 'NOT_RUNNING',
  });
});

test('a key that was written is told, also when no other store confirms it then', async () => {
  const lonely: Store = { ...store, isReplicated: true };
  const told: string[] = [];
  const made = ({ key }: { key: string }): unknown => told.push(key);
  await assert.rejects(addStream(lonely, { name: 'demo', by, made }), { code: 'NOT_RUNNING' });
  await assert.rejects(rotateKey(lonely, { name: 'demo', by, made }), { code: 'NOT_RUNNING' });
  assert.equal(told.length, 2);
  assert.deepEqual(await validKeys(told), told);
  await assert.rejects(addStream(store, { name: 'demo', by, made }), { code: 'CONFLICT' });
  await assert.rejects(rotateKey(store, { name: 'none', by, made }), { code: 'NOT_FOUND' });
  assert.equal(told.length, 2, 'of what was not written nobody is told');
});

test('a stream whose key may not have been shown is named until it was, or until it has another one', async () => {
  for (const name of ['shown', 'rotated', 'left']) await addStream(store, { name, by, unshown: true });
  await addStream(store, { name: 'seen', by });
  await replaceTestKey(store, { name: 'left', by });
  assert.deepEqual(await loadUnshown(store), ['left', 'rotated', 'shown']);
  const before = await loadKeys(store);
  await noteKeysShown(store, 'shown', by);
  await rotateKey(store, { name: 'rotated', by });
  assert.deepEqual(await loadUnshown(store), ['left']);
  const after = await loadKeys(store);
  for (const [hash, { unshown, ...record }] of before) {
    const marked = unshown === true && record.stream !== 'shown';
    assert.deepEqual(after.get(hash), marked ? { ...record, unshown } : record);
  }
});
