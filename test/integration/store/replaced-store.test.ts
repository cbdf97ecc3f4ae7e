/** Stores whose machines are lost are replaced by new ones, while another than the first of the spec takes writes. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';
import { refuseOtherStore } from '../../../src/lib/provision/other-store.ts';
import { findPrimary } from '../../../src/lib/store/find-primary.ts';
import { connectStore } from '../../../src/lib/store/store.ts';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { type StoreNode, type StoreNodes, startStoreNodes } from '../../support/store-nodes.ts';
import { until } from '../../support/until.ts';

let stores: StoreNodes;

const node = (name: string): StoreNode => stores.nodes.find(({ peer }) => peer.name === name)!;
const placeOf = ({ peer }: StoreNode) => ({ address: peer.address, port: peer.ports.redis });

/** Name of the node whose store takes writes, as most Sentinels say. */
async function primary(): Promise<string | undefined> {
  const place = await findPrimary(stores.as('node')).catch(() => null);
  return stores.nodes.find(({ peer }) => peer.address === place?.address)?.peer.name;
}

/** Whether a store copies that of another node, and without another one in between. */
async function copies(one: StoreNode, other: StoreNode): Promise<boolean> {
  const info = String(await stores.ask(placeOf(one), ['INFO', 'replication']).catch(() => ''));
  return info.includes(`master_host:${other.peer.address}\r`) && info.includes('master_link_status:up');
}

/** What every Sentinel says: which store takes writes, how many others copy it, and how many Sentinels there are beside it. */
async function views(): Promise<string[]> {
  const count = (list: unknown) => (list as unknown[]).length;
  return await Promise.all(
    stores.as('operator').sentinels!.map(async (sentinel) => {
      const [address] = (await stores.ask(sentinel, [
        'SENTINEL',
        'get-master-addr-by-name',
        'stores',
      ])) as string[];
      const replicas = count(await stores.ask(sentinel, ['SENTINEL', 'replicas', 'stores']));
      const others = count(await stores.ask(sentinel, ['SENTINEL', 'sentinels', 'stores']));
      return `${address} ${replicas} ${others}`;
    }),
  );
}

async function agree(on: StoreNode): Promise<void> {
  const all = `${on.peer.address} 2 2`;
  await until(
    async () => (await views().catch(() => [''])).every((view) => view === all),
    `all to say ${all}`,
  );
}

before(async () => {
  stores = await startStoreNodes('127.234.0.0/16', 3);
  const [first, second, third] = [node('us-1'), node('us-2'), node('us-3')];
  await until(
    async () => (await copies(second, first)) && (await copies(third, first)),
    'two to copy the first',
  );
  // Sentinels learn of copies when they begin, and then every 10 s.
  for (const { sentinel } of stores.nodes) {
    await sentinel!.signal('SIGKILL');
    sentinel!.start();
  }
  await agree(first);
  const store = await connectStore(stores.as('operator'));
  await addStream(store, { name: 'gala', by: 'test' }).finally(() => store.close());
});
after(async () => await stores?.close());

/** The check of `up`: the cluster has the stores that run, and the spec says these. */
async function check(names: readonly string[]): Promise<void> {
  const peers = stores.nodes.map(({ peer }) => peer);
  const record = { version: 1, cluster: 'stores', regions: ['us'], peers, streams: {} };
  await writeFile(clusterLayout(stores.dir).record, JSON.stringify(record));
  const wanted = names.map((name) => peers.find((peer) => peer.name === name) ?? { ...peers[0]!, name });
  await refuseOtherStore(wanted, stores.dir);
}

const lose = ({ redis, sentinel }: StoreNode) =>
  Promise.all([redis.signal('SIGKILL'), sentinel!.signal('SIGKILL')]);

test('the store that takes writes does not leave, and an empty one is not the first', async () => {
  await assert.rejects(check(['us-2', 'us-3', 'us-4']), {
    code: 'CONFLICT',
    message: 'take us-1 out: its store takes the writes of stores',
  });
  await assert.rejects(check(['us-4', 'us-1', 'us-2']), { code: 'CONFLICT', hint: /List us-4 after us-2/ });
  await check(['us-2', 'us-1', 'us-4']);
});

test('a new store copies the one that takes writes, not the first of the spec, and all Sentinels hear of it', async () => {
  await lose(node('us-3'));
  await stores.change(['us-2', 'us-1', 'us-4']);
  await until(() => copies(node('us-4'), node('us-1')), 'the new store to copy the one that takes writes');
  await agree(node('us-1'));
});

test('the one that takes writes is lost and replaced: another has taken over, and the new one copies that', async () => {
  await lose(node('us-1'));
  await until(async () => !['us-1', undefined].includes(await primary()), 'another store to take over');
  const now = (await primary())!;
  const other = now === 'us-4' ? 'us-2' : 'us-4';
  await until(() => copies(node(other), node(now)), 'the one that is left to follow');
  await check([other, now, 'us-5']);
  await stores.change([other, now, 'us-5']);
  await until(() => copies(node('us-5'), node(now)), 'the new store to copy the one that took over');
  await agree(node(now));
});

test('what the first stores knew is there, of which none is left or takes writes', async () => {
  const store = await connectStore(stores.as('operator'));
  const known = await store.redis.hexists(store.keys.streams, 'gala').finally(() => store.close());
  assert.equal(known, 1);
});
