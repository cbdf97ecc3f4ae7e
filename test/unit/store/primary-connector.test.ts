import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import { formatRedisOptions } from '../../../src/lib/store/redis-options.ts';
import { namingReply, startAnswering } from '../../support/answering-server.ts';
import { freePort } from '../../support/free-port.ts';

const HOME = '127.0.0.1';

async function passwordFile(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-password-'));
  t.after(async () => await rm(dir, { recursive: true }));
  const file = join(dir, 'password');
  await writeFile(file, 'p\n');
  return file;
}

function closeAfter(t: TestContext, servers: readonly { close(): void }[]): void {
  t.after(() => {
    for (const server of servers) server.close();
  });
}

/** A connection to the store at `port` by Sentinels at `sentinelPorts`. */
async function openBySentinels(t: TestContext, port: number, sentinelPorts: readonly number[]) {
  const options = {
    cluster: 'test',
    address: HOME,
    port,
    sentinels: sentinelPorts.map((one) => ({ address: HOME, port: one })),
    passwordFile: await passwordFile(t),
    keySecretFile: null,
  };
  const endpoint = { host: HOME, port };
  const redis = new Redis(formatRedisOptions(options, { endpoint, password: 'p', retryDelayMs: () => null }));
  redis.on('error', () => undefined);
  t.after(() => redis.disconnect());
  const connector = Reflect.get(redis, 'connector') as { emitter: unknown };
  connector.emitter = redis;
  return redis;
}

test('a Sentinel that is away is no line on standard error', async (t) => {
  const said = t.mock.method(console, 'error', () => undefined);
  const store = await startAnswering({ info: '$11\r\nrole:master\r\n' });
  const sentinel = await startAnswering({ sentinel: namingReply(HOME, store.port) });
  closeAfter(t, [store, sentinel]);
  const redis = await openBySentinels(t, store.port, [sentinel.port, await freePort(HOME)]);
  const away = once(redis, 'sentinelReconnecting');
  await redis.connect();
  await away;
  assert.deepEqual(
    said.mock.calls.map(({ arguments: [words] }) => String(words)),
    [],
  );
});

test('the store is the one that most Sentinels name, whichever of them is listed first', async (t) => {
  const store = await startAnswering({ info: '$11\r\nrole:master\r\n', get: '$3\r\nnew\r\n' });
  const former = await startAnswering({ info: '$11\r\nrole:master\r\n', get: '$3\r\nold\r\n' });
  const sentinels = await Promise.all(
    [former, store, store].map(({ port }) => startAnswering({ sentinel: namingReply(HOME, port) })),
  );
  closeAfter(t, [store, former, ...sentinels]);
  const redis = await openBySentinels(
    t,
    store.port,
    sentinels.map(({ port }) => port),
  );
  await redis.connect();
  assert.equal(await redis.get('which'), 'new');
});
