/**
 * Nodes of a cluster without media: each has a heartbeat, an origin and an agent that can be asked, and reports a live
 * pipeline for whatever the store has placed on it.
 */
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { lookAtOrigin, type Sight } from '../../src/lib/health/look-at-origin.ts';
import type { ReplicaReport } from '../../src/lib/health/report.ts';
import type { NodeConfig, Peer } from '../../src/lib/nodes/node-config.ts';
import { writeHeartbeat } from '../../src/lib/store/heartbeats.ts';
import { loadPlaced } from '../../src/lib/store/placements.ts';
import type { RingRecord } from '../../src/lib/store/ring-records.ts';
import { refreshSession } from '../../src/lib/store/sessions.ts';
import type { StoreOptions } from '../../src/lib/store/store.ts';
import { keepStoreConnected, type Store } from '../../src/lib/store/store.ts';
import { freePort } from './free-port.ts';
import { nodeConfig } from './node-config.ts';
import { ringNode, ringRecord } from './ring-records.ts';
import { until } from './until.ts';

const BEAT_MS = 250;
const SEGMENT_MS = 2000;
const LOAD = { cpu: 0, memory: 0, disk: 0 };

/** What a node says of a stream in place of a well replica; null: nothing. */
export type Spoil = (report: ReplicaReport) => ReplicaReport | null;

export class FakeNode {
  readonly peer: Peer;
  readonly #store: Store;
  readonly #byName: () => ReadonlyMap<string, Peer>;
  #servers: Server[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Streams that it goes on with though nobody placed them here: the store lost them. */
  readonly keeps = new Set<string>();
  spoil: Spoil = (report) => report;

  constructor(peer: Peer, store: Store, byName: () => ReadonlyMap<string, Peer>) {
    this.peer = peer;
    this.#store = store;
    this.#byName = byName;
  }

  /** Starts agent and origin. */
  async start(): Promise<void> {
    await this.startOrigin();
    await this.startAgent();
  }

  async startOrigin(): Promise<void> {
    const server = createServer((_request, response) => response.end('{}'));
    await this.#listen(server, this.peer.ports.origin);
  }

  async startAgent(): Promise<void> {
    const server = createServer((request, response) => {
      const name = new URL(request.url!, 'http://x').searchParams.get('node') ?? '';
      const peer = this.#byName().get(name);
      const answer = (saw: Sight) =>
        response.end(JSON.stringify({ version: 1, observer: this.peer.name, node: name, saw }));
      if (peer !== undefined) void lookAtOrigin(peer).then(answer);
      else response.writeHead(404).end();
    });
    await this.#listen(server, this.peer.ports.agent);
    const beat = () => void this.#beat().catch(() => undefined);
    beat();
    this.#timer = setInterval(beat, BEAT_MS);
  }

  /** The agent is gone; what plays goes on. */
  async stopAgent(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#close(this.#servers.splice(1));
  }

  /** The whole node is gone. */
  async stop(): Promise<void> {
    await this.stopAgent();
    await this.#close(this.#servers.splice(0));
  }

  async #beat(): Promise<void> {
    const { name: node, region } = this.peer;
    const placed = await loadPlaced(this.#store, node);
    const streams = new Set([...placed.keys(), ...this.keeps]);
    const replicas = [...streams]
      .map((stream) => goodReport(stream, placed.get(stream) ?? null))
      .map((report) => this.spoil(report))
      .filter((report) => report !== null);
    if (this.#timer === null) return;
    await writeHeartbeat(this.#store, { node, region, atMs: Date.now(), health: 'up', load: LOAD, replicas });
  }

  async #listen(server: Server, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.peer.address, resolve);
    });
    this.#servers.push(server);
  }

  async #close(servers: readonly Server[]): Promise<void> {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

function goodReport(stream: string, as: ReplicaReport['as']): ReplicaReport {
  const msn = Math.floor(Date.now() / SEGMENT_MS);
  const segments = [msn - 2, msn - 1].map((at) => ({ msn: at, startTicks: at * 180_000, frames: 60 }));
  return { stream, as, state: 'live', fresh: true, tracks: { '480p': 'video 22' }, segments, lastMsn: msn };
}

export interface FakeNodes {
  readonly store: Store;
  readonly ring: RingRecord;
  readonly nodes: ReadonlyMap<string, FakeNode>;
  /** What a daemon of this node would read. */
  configOf(node: string): NodeConfig;
  /** Publishes these streams on us-1, and keeps their sessions alive. */
  publish(...streams: string[]): Promise<void>;
  unpublish(...streams: string[]): Promise<void>;
  /** From now on no node's node.json names this one. */
  unlist(node: string): void;
  close(): Promise<void>;
}

export interface FakeNodesOptions {
  readonly names: readonly string[];
  /** `127.203.N`: nodes are .1, .2 and so on. */
  readonly block: string;
  readonly redis: StoreOptions & { readonly keySecretFile: string };
}

/** Starts nodes, and a ring of all of them at epoch 1. */
export async function startFakeNodes({ names, block, redis }: FakeNodesOptions): Promise<FakeNodes> {
  const store = await keepStoreConnected(redis);
  await until(() => store.redis.status === 'ready', 'the store');
  const base = nodeConfig({ address: '127.0.0.1', dir: '/nonexistent', ports: {} });
  const peers = await Promise.all(
    names.map(async (name, index): Promise<Peer> => {
      const address = `${block}.${index + 1}`;
      const [agent, origin] = await Promise.all([freePort(address), freePort(address)]);
      const ports = { ...base.node.ports, agent, origin };
      return { ...base.node, name, region: name.slice(0, 2), address, ports, roles: ['origin'] };
    }),
  );
  const byName = new Map(peers.map((peer) => [peer.name, peer]));
  const nodes = new Map(peers.map((peer) => [peer.name, new FakeNode(peer, store, () => byName)]));
  await Promise.all([...nodes.values()].map((node) => node.start()));
  const live = new Set<string>();
  const refresh = async (stream: string) => {
    const session = {
      stream,
      sessionId: 1,
      node: 'us-1',
      client: 'c',
      clientAddress: '127.0.0.1',
      keyId: 'k',
    };
    await refreshSession(store, session);
  };
  const timer = setInterval(() => {
    for (const stream of live) void refresh(stream).catch(() => undefined);
  }, 1000);
  return {
    store,
    ring: ringRecord(
      1,
      names.map((name) => ringNode(name)),
    ),
    nodes,
    configOf: (name) => ({
      ...base,
      node: byName.get(name)!,
      peers: [...byName.values()],
      regions: [...new Set(peers.map(({ region }) => region))],
      files: { ...base.files, redisPassword: redis.passwordFile, keySecret: redis.keySecretFile },
    }),
    publish: async (...streams) => {
      for (const stream of streams) {
        live.add(stream);
        await store.redis.hset(store.keys.streams, stream, JSON.stringify({ name: stream, createdMs: 1 }));
        await refresh(stream);
      }
    },
    unpublish: async (...streams) => {
      for (const stream of streams) {
        live.delete(stream);
        await store.redis.del(store.keys.session(stream));
        await store.redis.publish(store.keys.changes, `session ${stream}`);
      }
    },
    unlist: (name) => void byName.delete(name),
    close: async () => {
      clearInterval(timer);
      await Promise.all([...nodes.values()].map((node) => node.stop()));
      store.close();
    },
  };
}

export interface Cable {
  readonly port: number;
  /** From now on nothing passes, and nobody is told. */
  cut(): void;
  close(): Promise<void>;
}

/** A cable to a server that can be cut. */
export async function layCable(address: string, port: number): Promise<Cable> {
  const { connect } = await import('node:net');
  let isCut = false;
  const sockets = new Set<{ destroy(): void }>();
  const server = createTcpServer((near) => {
    const far = connect(port, address);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => void (isCut || other.write(chunk)));
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut: () => {
      isCut = true;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
