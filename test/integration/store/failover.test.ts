/** Three stores with their Sentinels: the one that takes writes is killed, frozen with its Sentinel, and comes back old. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { confirmWritten } from '../../../src/lib/store/confirm-written.ts';
import { holdLease } from '../../../src/lib/store/controller-lease.ts';
import { findPrimary } from '../../../src/lib/store/find-primary.ts';
import { loadRing, writeRing } from '../../../src/lib/store/ring.ts';
import { connectStore, keepStoreConnected, type Store } from '../../../src/lib/store/store.ts';
import { watchChanges } from '../../../src/lib/store/watch-changes.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { ringChange, ringNode, ringRecord } from '../../support/ring-records.ts';
import { type StoreNode, type StoreNodes, startStoreNodes } from '../../support/store-nodes.ts';
import { until } from '../../support/until.ts';

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
        if (done?.written === true) return true;
        if ((await loadRing(store))?.epoch !== epoch + 1) return false;
        // Written by a try before, whose confirmation did not come: another store that has this write has that one, too.
        await store.redis.set(store.keys.pulse('us-1'), '');
        return await confirmWritten(store, 'a later write').then(
          () => true,
          () => false,
        );
      } finally {
        store?.close();
      }
    },
    `the ring to be written at epoch ${epoch + 1}`,
  );
  epoch += 1;
}

/** The agent's connection follows to the store that takes writes, which has all that was confirmed. */
async function agentSees(wanted: number): Promise<void> {
  const sees = async (): Promise<boolean> => (await loadRing(agent).catch(() => null))?.epoch === wanted;
  await until(sees, `the agent to see the ring at epoch ${wanted}`);
}

async function awaitOther(than: StoreNode): Promise<StoreNode> {
  await until(async () => (await primary().catch(() => than)) !== than, 'another store to take over');
  return await primary();
}

before(async () => {
  stores = await startStoreNodes('127.213.0.0/16', 3);
  agent = await keepStoreConnected(stores.as('ingest'));
  await until(() => answers(agent), 'the stores to start');
  await raiseEpoch();
  // Sentinels learn of copies from the store that takes writes, when they begin and then every 10 s: let them begin anew.
  const copied = async () => (await Promise.all(stores.nodes.slice(1).map(follows))).every(Boolean);
  await until(copied, 'the others to copy the first');
  for (const { sentinel } of stores.nodes) {
    await sentinel!.signal('SIGKILL');
    sentinel!.start();
  }
  const know = async (what: 'replicas' | 'sentinels') => (await known(what).catch(() => 0)) === 2;
  await until(async () => await know('replicas'), 'the Sentinels to know all stores');
  // A Sentinel knows the others when each has told of itself; before that no two can agree.
  await until(async () => await know('sentinels'), 'the Sentinels to know one another');
});
after(async () => {
  agent?.close();
  await stores?.close();
});

/** As many as every Sentinel knows. */
async function known(what: 'sentinels' | 'replicas'): Promise<number> {
  const { sentinels } = stores.as('operator');
  const lists = await Promise.all(sentinels!.map((place) => stores.ask(place, ['SENTINEL', what, 'stores'])));
  return Math.min(...lists.map((list) => (list as unknown[]).length));
}

async function follows({ peer }: StoreNode): Promise<boolean> {
  const place = { address: peer.address, port: peer.ports.redis };
  const info = await stores.ask(place, ['INFO', 'replication']).catch(() => '');
  return /role:slave[\s\S]*master_link_status:up/.test(String(info));
}

test('a Sentinel that stood still is left out for 3 s and no longer', async () => {
  for (const place of stores.as('replica').sentinels!) {
    const tiltPeriod = async () => {
      const said = (await stores.ask(place, ['SENTINEL', 'DEBUG'], 'replica')) as readonly string[];
      return said[said.findIndex((word) => word.toLowerCase() === 'tilt-period') + 1];
    };
    await until(async () => (await tiltPeriod().catch(() => '')) === '3000', 'a shorter time in TILT');
  }
});

test('the store that takes writes is killed: an agent finds the next one, and nothing confirmed is lost', async (t) => {
  const words: (string | null)[] = [];
  const watch = watchChanges(agent, (word) => words.push(word));
  t.after(() => watch.close());
  await until(() => words.length > 0, 'the listener to hear the store');
  const { token } = (await holdLease(agent, { node: 'us-1', atLeast: 0 })).lease;
  killed = await primary();
  await killed.redis.signal('SIGKILL');
  await awaitOther(killed);
  await agentSees(epoch);
  await until(async () => {
    const held = await holdLease(agent, { node: 'us-2', atLeast: 0 }).catch(() => null);
    return held?.mine === true && held.lease.token > token;
  }, 'a token above the one before');
  // A listener that lost its store says null when it hears the next one: then anything may have changed.
  await until(() => words.filter((word) => word === null).length > 1, 'the listener to follow');
  const store = await connectStore(stores.as('operator'));
  await addStream(store, { name: 'gala', by: 'test' }).finally(() => store.close());
  await until(() => words.includes('stream gala'), 'the word of a change over the next store');
});

test('it comes back with what it had: it follows, and lowers no epoch', async () => {
  await raiseEpoch();
  killed.redis.start();
  await until(() => follows(killed), 'the old store to follow');
  assert.notEqual(await primary(), killed);
  await agentSees(epoch);
});

test('the store that takes writes is frozen, and its Sentinel: another takes over, and thawed it is not asked again', async () => {
  const frozen = await primary();
  await frozen.redis.signal('SIGSTOP');
  await frozen.sentinel!.signal('SIGSTOP');
  try {
    await awaitOther(frozen);
    await raiseEpoch();
    await agentSees(epoch);
  } finally {
    await frozen.redis.signal('SIGCONT');
    await frozen.sentinel!.signal('SIGCONT');
  }
  assert.notEqual(await primary(), frozen);
  await agentSees(epoch);
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
    );
  } finally {
    for (const { redis, sentinel } of others) {
      await redis.signal('SIGCONT');
      await sentinel!.signal('SIGCONT');
    }
  }
  await raiseEpoch();
});
