/** A cluster of 300 nodes and 10,000 streams: what a controller costs there, and how fast it repairs a lost region. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setInterval as everyMs } from 'node:timers/promises';
import type { NodeConfig, Peer } from '../../../src/lib/nodes/node-config.ts';
import { createWish } from '../../../src/lib/placement/wish.ts';
import { loadPlacements, placeStream } from '../../../src/lib/store/placements.ts';
import { restoreRing } from '../../../src/lib/store/ring.ts';
import type { PlacementRecord } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type ControllerProcess, spawnController } from '../../support/controllers.ts';
import { freePort } from '../../support/free-port.ts';
import { nodeConfig } from '../../support/node-config.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { ringNode, ringRecord } from '../../support/ring-records.ts';
import { until } from '../../support/until.ts';

const REGIONS = ['us', 'eu', 'ap'];
const NODES_A_REGION = 100;
const STREAMS = 10_000;
const FILLED_AT_ONCE = 20;
const TICKS_A_SECOND = 100;
const LOOK_EVERY_MS = 400;

const names = REGIONS.flatMap((region) =>
  Array.from({ length: NODES_A_REGION }, (_, index) => `${region}-${index + 1}`),
);
const ring = ringRecord(
  1,
  names.map((name) => ringNode(name)),
);
const dead = new Set<string>();
let redis: RedisServer;
let store: Store;
let agents: Server;
let unusedPort: number;
let controller: ControllerProcess;
let beats: NodeJS.Timeout;
let pulses: NodeJS.Timeout;
let placements: ReadonlyMap<string, PlacementRecord>;

before(async () => {
  redis = await startRedis('127.203.13.100');
  store = await connectStore(redis.options);
  await restoreRing(store, ring);
  await fill();
  agents = await answerForAgents();
  unusedPort = await freePort('127.203.14.1');
  await beat();
  beats = setInterval(() => void beat().catch(() => undefined), 1000);
  pulses = setInterval(() => void pulse().catch(() => undefined), 250);
  controller = spawnController({ config: config(), redis: redis.options, knownRing: null });
  await until(async () => (await controller.status())?.work != null, 'the controller');
});
after(async () => {
  clearInterval(beats);
  clearInterval(pulses);
  await controller?.close();
  agents?.close();
  store?.close();
  await redis?.close();
});

/** Publishes and places every stream, many at a time. */
async function fill(): Promise<void> {
  const indexes = Array.from({ length: STREAMS }, (_, index) => index);
  for (let from = 0; from < STREAMS; from += FILLED_AT_ONCE) {
    await Promise.all(indexes.slice(from, from + FILLED_AT_ONCE).map(fillOne));
  }
  placements = await loadPlacements(store);
}

async function fillOne(index: number): Promise<void> {
  const stream = `stream-${index}`;
  const region = REGIONS[index % REGIONS.length]!;
  const session = { stream, sessionId: 1, node: `${region}-1`, client: 'c', clientAddress: '', keyId: 'k' };
  const wish = createWish(ring, { stream, cost: 50 + (index % 3000), region }, { token: null });
  await Promise.all([
    store.redis.hset(store.keys.streams, stream, '{}'),
    store.redis.set(store.keys.session(stream), JSON.stringify(session)),
    placeStream(store, wish),
  ]);
}

/** Heartbeats as large as real ones. */
async function beat(): Promise<void> {
  const segments = [1, 2, 3, 4].map((msn) => ({
    msn: 900_000_000 + msn,
    startTicks: 180_000 * msn,
    frames: 60,
  }));
  const report = {
    as: 'replica',
    state: 'live',
    fresh: true,
    tracks: Object.fromEntries(['audio', '720p', '480p', '360p', '240p'].map((id) => [id, 'video 0a1b2c3d'])),
    segments,
    lastMsn: 900_000_004,
  };
  const load = { cpu: 0.1, memory: 0.1, disk: 0.1 };
  const byNode = Map.groupBy(
    [...placements.values()].flatMap(({ stream, replicas }) => replicas.map((node) => ({ node, stream }))),
    ({ node }) => node,
  );
  const pipeline = store.redis.pipeline();
  for (const node of names.filter((name) => !dead.has(name.slice(0, 2)))) {
    const replicas = (byNode.get(node) ?? []).map(({ stream }) => ({ ...report, stream }));
    const heartbeat = { node, region: node.slice(0, 2), atMs: Date.now(), health: 'up', load, replicas };
    pipeline.set(store.keys.heartbeat(node), JSON.stringify(heartbeat), 'PX', 5000);
  }
  await pipeline.exec();
}

/** The sign of life of every node. */
async function pulse(): Promise<void> {
  const pipeline = store.redis.pipeline();
  for (const node of names.filter((name) => !dead.has(name.slice(0, 2)))) {
    pipeline.set(store.keys.pulse(node), '', 'PX', 5000);
  }
  await pipeline.exec();
}

/** Every node's agent, in one server: the nodes' addresses are all of this machine. */
async function answerForAgents(): Promise<Server> {
  const server = createServer((request, response) => {
    const node = new URL(request.url!, 'http://x').searchParams.get('node') ?? '';
    response.end(
      JSON.stringify({
        version: 1,
        observer: '',
        node,
        saw: dead.has(node.slice(0, 2)) ? 'refused' : 'alive',
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
}

function config(): NodeConfig {
  const base = nodeConfig({
    address: '127.0.0.1',
    dir: '/nonexistent',
    ports: { agent: (agents.address() as AddressInfo).port, origin: unusedPort },
  });
  const peers = names.map((name, index): Peer => {
    const address = `127.203.${14 + Math.floor(index / NODES_A_REGION)}.${(index % NODES_A_REGION) + 1}`;
    return { ...base.node, name, region: name.slice(0, 2), address, roles: ['origin'] };
  });
  return { ...base, node: peers[0]!, peers, regions: REGIONS };
}

/** CPU time of a process so far, milliseconds. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return ((Number(user) + Number(system)) * 1000) / TICKS_A_SECOND;
}

/** Lets the controller work for so long, and returns what that cost both processes, in shares of one core. */
async function measure(ms: number): Promise<{ controller: number; redis: number; roundMs: number }> {
  const pids = [controller.pid, redis.pid];
  const before = pids.map(cpuMs);
  const startedMs = performance.now();
  const tooks: number[] = [];
  let last = 0;
  for await (const _ of everyMs(LOOK_EVERY_MS)) {
    const work = (await controller.status())?.work;
    if (work != null && work.roundMs !== last) tooks.push(work.roundTookMs);
    last = work?.roundMs ?? last;
    if (performance.now() - startedMs >= ms) break;
  }
  const tookMs = performance.now() - startedMs;
  const [own, stores] = pids.map((pid, index) => (cpuMs(pid) - before[index]!) / tookMs);
  return { controller: own!, redis: stores!, roundMs: tooks.sort((a, b) => a - b)[tooks.length >> 1] ?? 0 };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} % of a core`;

test('with 10,000 streams on 300 nodes, watching costs a small part of a core', async (context) => {
  await measure(4000);
  const quiet = await measure(10_000);
  context.diagnostic(
    `quiet: controller ${percent(quiet.controller)}, Redis ${percent(quiet.redis)}, a round takes ${quiet.roundMs} ms`,
  );
  assert.ok(quiet.controller < 0.25, percent(quiet.controller));
});

test('a region of 100 nodes that is lost costs no stream its second replica for long', async (context) => {
  const lost = [...placements.values()].filter(({ replicas }) =>
    replicas.some((node) => node.startsWith('ap-')),
  ).length;
  const startedMs = performance.now();
  dead.add('ap');
  const whole = async () => {
    placements = await loadPlacements(store);
    return [...placements.values()].every(
      ({ replicas }) => replicas.length === 2 && replicas.every((node) => !node.startsWith('ap-')),
    );
  };
  let judgedMs = 0;
  await until(async () => {
    if (
      judgedMs === 0 &&
      ((await controller.status())?.work?.verdicts ?? []).some(({ state }) => state === 'down')
    ) {
      judgedMs = performance.now() - startedMs;
    }
    return await whole();
  }, 'every stream to have two replicas again');
  const tookMs = performance.now() - startedMs;
  context.diagnostic(
    `${lost} streams: first node judged after ${(judgedMs / 1000).toFixed(1)} s, all whole after ${(tookMs / 1000).toFixed(1)} s`,
  );
  assert.ok(lost > 5000);
  assert.ok(tookMs < 40_000, `took ${tookMs} ms`);
});
