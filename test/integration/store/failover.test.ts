/** Three stores with their Sentinels: the one that takes writes is killed, frozen, and comes back old. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { openCommandLine } from '../../../src/lib/store/command-line.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { findPrimary } from '../../../src/lib/store/find-primary.ts';
import { loadRing, writeRing } from '../../../src/lib/store/ring.ts';
import { connectStore, keepStoreConnected, type Store } from '../../../src/lib/store/store.ts';
import type { Place } from '../../../src/lib/store/store-site.ts';
import { watchChanges } from '../../../src/lib/store/watch-changes.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';
import { type StoreNode, type StoreNodes, startStoreNodes } from '../../support/store-nodes.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 60_000;
let stores: StoreNodes;
let agent: Store;
let killed: StoreNode;
let epoch = 0;

/** Which store takes writes, as most Sentinels say. */
const primary = async (): Promise<StoreNode> => {
  const { address } = await findPrimary(stores.as('node'));
  return stores.nodes.find(({ peer }) => peer.address === address)!;
};
const answers = async (store: Store): Promise<boolean> =>
  (await store.redis.ping().catch(() => '')) === 'PONG';

/** Raises the ring's epoch by one over a connection of its own, as an operator does; tries until it is confirmed. */
async function raiseEpoch(): Promise<void> {
  const ring = ringRecord(epoch + 1, [ringNode('us-1')]);
  const write = { expected: epoch, ring, change: ringChange(epoch + 1), moves: [] };
  await until(
    async () => {
      const store = await connectStore(stores.as('operator')).catch(() => null);
      try {
        if (store === null) return false;
        const done = await writeRing(store, write).catch(() => null);
        return done?.written === true || (await loadRing(store))?.epoch === epoch + 1;
      } finally {
        store?.close();
      }
    },
    `the ring to be written at epoch ${epoch + 1}`,
    LIMIT_MS,
  );
  epoch += 1;
}

async function awaitOther(than: StoreNode): Promise<StoreNode> {
  await until(
    async () => (await primary().catch(() => than)) !== than,
    'another store to take over',
    LIMIT_MS,
  );
  return await primary();
}

before(async () => {
  stores = await startStoreNodes('127.213.0.0/16', 3);
  agent = await keepStoreConnected(stores.as('ingest'));
  await until(() => answers(agent), 'the stores to start', LIMIT_MS);
  await raiseEpoch();
  // A Sentinel knows the others when each has told of itself; before that no two can agree.
  await until(async () => (await knownSentinels()) === 2, 'the Sentinels to know one another', LIMIT_MS);
});
after(async () => {
  agent?.close();
  await stores?.close();
});

/** Asks one server as the operator. */
async function ask(place: Place, words: readonly string[]): Promise<unknown> {
  const { user, passwordFile } = stores.as('operator');
  const line = await openCommandLine(place, { timeoutMs: 5000 });
  try {
    await line.ask(['AUTH', user!, (await readFile(passwordFile, 'utf8')).trim()]);
    return await line.ask(words);
  } finally {
    line.close();
  }
}

async function knownSentinels(): Promise<number> {
  const { sentinels } = stores.as('operator');
  const known = await Promise.all(sentinels!.map((place) => ask(place, ['SENTINEL', 'sentinels', 'stores'])));
  return Math.min(...known.map((list) => (list as unknown[]).length));
}

async function follows({ peer }: StoreNode): Promise<boolean> {
  const place = { address: peer.address, port: peer.ports.redis };
  const info = await ask(place, ['INFO', 'replication']).catch(() => '');
  return /role:slave[\s\S]*master_link_status:up/.test(String(info));
}

test('the store that takes writes is killed: an agent finds the next one, and nothing confirmed is lost', async () => {
  const words: (string | null)[] = [];
  const watch = watchChanges(agent, (word) => words.push(word));
  const { token } = (await holdLease(agent, { node: 'us-1', atLeast: 0 })).lease;
  killed = await primary();
  await killed.redis.signal('SIGKILL');
  await awaitOther(killed);
  await until(() => answers(agent), 'the agent to follow', LIMIT_MS);
  assert.equal((await loadRing(agent))?.epoch, epoch);
  await until(
    async () => {
      const held = await holdLease(agent, { node: 'us-2', atLeast: 0 }).catch(() => null);
      return held?.mine === true && held.lease.token > token;
    },
    'a token above the one before',
    LIMIT_MS,
  );
  // A listener that lost its store says null when it hears the next one: then anything may have changed.
  await until(() => words.filter((word) => word === null).length > 1, 'the listener to follow', LIMIT_MS);
  const store = await connectStore(stores.as('operator'));
  await addStream(store, { name: 'gala', by: 'test' }).finally(() => store.close());
  await until(() => words.includes('stream gala'), 'the word of a change over the next store', LIMIT_MS);
  watch.close();
});

test('it comes back with what it had: it follows, and lowers no epoch', async () => {
  await raiseEpoch();
  killed.redis.start();
  await until(() => follows(killed), 'the old store to follow', LIMIT_MS);
  assert.notEqual(await primary(), killed);
  assert.equal((await loadRing(agent))?.epoch, epoch);
});

test('the store that takes writes is frozen: another takes over, and thawed it is not asked again', async () => {
  const frozen = await primary();
  await frozen.redis.signal('SIGSTOP');
  try {
    await awaitOther(frozen);
    await raiseEpoch();
    await until(
      async () => (await loadRing(agent).catch(() => null))?.epoch === epoch,
      'the agent to follow',
      LIMIT_MS,
    );
  } finally {
    await frozen.redis.signal('SIGCONT');
  }
  assert.notEqual(await primary(), frozen);
  assert.equal((await loadRing(agent))?.epoch, epoch);
});

test('a store that all others left takes no writes', async () => {
  const alone = await primary();
  const others = stores.nodes.filter((node) => node !== alone);
  for (const { sentinel } of others) await sentinel!.signal('SIGSTOP');
  for (const { redis } of others) await redis.signal('SIGSTOP');
  try {
    await until(
      async () => /NOREPLICAS/.test(await agent.redis.set(agent.keys.pulse('us-1'), '').catch(String)),
      'writes to be refused',
      LIMIT_MS,
    );
  } finally {
    for (const { redis, sentinel } of others) {
      await redis.signal('SIGCONT');
      await sentinel!.signal('SIGCONT');
    }
  }
  await raiseEpoch();
});
