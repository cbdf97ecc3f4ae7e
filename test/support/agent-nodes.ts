/** Several nodes with real agents on a real Redis. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeConfig, Peer } from '../../src/lib/nodes/node-config.ts';
import { loadRing, writeRing } from '../../src/lib/store/ring.ts';
import type { RingNode, RingRecord } from '../../src/lib/store/ring-records.ts';
import { keepStoreConnected, type Store } from '../../src/lib/store/store.ts';
import { AgentNode } from './agent-node.ts';
import { nodeConfig } from './node-config.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { ringChange, ringNode, ringRecord } from './ring-records.ts';
import { until } from './until.ts';

export interface AgentNodes {
  readonly store: Store;
  readonly redis: RedisServer;
  node(name: string): AgentNode;
  readonly nodes: readonly AgentNode[];
  /** Names of the nodes that run a stream's pipeline. */
  running(stream: string): string[];
  /** Writes the next ring with these nodes in place of those that it has. */
  changeRing(change: (nodes: readonly RingNode[]) => readonly RingNode[]): Promise<void>;
  /** The store goes away; with `startStore` an empty one comes where it was. */
  stopStore(): Promise<void>;
  startStore(): Promise<void>;
  close(): Promise<void>;
}

export interface AgentNodesOptions {
  /** `us-1`, `eu-2`: the region is what stands before the dash. */
  readonly names: readonly string[];
  /** `127.202.N`: nodes are .1, .2 and so on; the store is at .250. */
  readonly block: string;
  /** Changes of node.json, the same for all. */
  readonly config?: (config: NodeConfig) => NodeConfig;
  /** False: no agent becomes the controller. */
  readonly controlled?: boolean;
  /** Of the nodes in the first ring; none when false. */
  readonly ring?: false | ((node: RingNode) => RingNode);
}

/** Starts a store, writes a ring of all nodes at epoch 1, and starts their agents; every node is ingest and origin. */
export async function startAgentNodes(options: AgentNodesOptions): Promise<AgentNodes> {
  const { block, ring = (node) => node } = options;
  const dir = await mkdtemp(join(tmpdir(), 'sc-agents-'));
  let redis = await startRedis(`${block}.250`);
  // The secrets outlive the server.
  const passwordFile = join(dir, 'password');
  const keySecretFile = join(dir, 'key-secret');
  await copyFile(redis.options.passwordFile, passwordFile);
  await copyFile(redis.options.keySecretFile, keySecretFile);
  const storeOptions = { ...redis.options, passwordFile, keySecretFile };
  const store = await keepStoreConnected(storeOptions);
  await until(() => store.redis.status === 'ready', 'the store');
  const configs = formatConfigs(options, { dir, redis });
  const members = configs.map(({ node }) => ringNode(node.name, { host: node.address }));
  if (ring !== false) await write(store, ringRecord(1, members.map(ring)));
  const isLive = (stream: string): boolean => nodes.some((node) => node.sessions.has(stream));
  const nodeOptions = { store: storeOptions, isLive, controlled: options.controlled ?? true };
  const nodes = configs.map((config) => new AgentNode(config, nodeOptions));
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) {
    await until(async () => {
      const status = await node.status();
      return status.store === 'up' && (ring === false || status.ring !== null);
    }, `${node.name} to see the store`);
  }
  return {
    store,
    nodes,
    get redis() {
      return redis;
    },
    node: (name) => nodes.find((node) => node.name === name)!,
    running: (stream) =>
      nodes
        .filter((node) => node.running.includes(stream))
        .map(({ name }) => name)
        .sort(),
    changeRing: async (change) => {
      const before = (await loadRing(store))!;
      await write(store, { ...before, epoch: before.epoch + 1, nodes: change(before.nodes) });
    },
    stopStore: () => redis.close(),
    startStore: async () => {
      redis = await startRedis(redis.options.address, redis.options.cluster, redis.options.port);
      await until(() => store.redis.status === 'ready', 'the store');
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      store.close();
      await redis.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function formatConfigs(
  { names, block, config = (given) => given }: AgentNodesOptions,
  { dir, redis }: { readonly dir: string; readonly redis: RedisServer },
): NodeConfig[] {
  const base = nodeConfig({ address: block, dir, ports: { redis: redis.options.port } });
  const peers = names.map(
    (name, index): Peer => ({
      ...base.node,
      name,
      region: name.split('-')[0]!,
      address: `${block}.${index + 1}`,
      roles: ['ingest', 'origin'],
    }),
  );
  const regions = [...new Set(peers.map(({ region }) => region))];
  return peers.map((node) => {
    const home = join(dir, node.name);
    const dirs = { ...base.dirs, node: home, data: join(home, 'data'), log: join(home, 'log') };
    return config({ ...base, node, peers, regions, dirs });
  });
}

async function write(store: Store, ring: RingRecord): Promise<void> {
  const expected = ring.epoch - 1;
  const { written } = await writeRing(store, { expected, ring, change: ringChange(ring.epoch), moves: [] });
  if (!written) throw new Error(`the ring is not at epoch ${expected}`);
}
