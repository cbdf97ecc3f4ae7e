/**
 * The origin: one HTTP process per node with one window per stream, that serves LL-HLS (RFC 8216bis). A window is
 * fed by a pipeline of this node, or, as a relay, by another origin's feed when viewers ask for the stream.
 *
 * It does not make media, and it knows neither Redis nor agents: with all of those dead it goes on.
 *
 * Invariants: it never answers an old playlist with 200 (`judgePlaylist`): what does not come any more is a 503 or
 * a 404, so that players and edges go elsewhere. Memory is bounded per stream (`TrackWindow`). No request, feed or
 * file makes it throw outside its own connection.
 */
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { createLogger } from '../base/logger.ts';
import { untilTold } from '../base/until-told.ts';
import { originFaultFile, ringFile } from '../nodes/layout.ts';
import { checkNodeConfig, loadNodeConfig } from '../nodes/load-node-config.ts';
import { watchNodeClock } from '../nodes/node-clock.ts';
import type { NodeConfig, Peer, SteeringMove } from '../nodes/node-config.ts';
import { watchJson } from '../nodes/watch-json.ts';
import { checkRing } from '../placement/check-ring.ts';
import { feedOrder } from '../placement/feed-order.ts';
import { regionOwners } from '../placement/region-owners.ts';
import type { RingRecord } from '../store/ring-records.ts';
import type { DvrWrites } from './dvr/dvr-files.ts';
import { checkOriginFault, FaultInjector, NO_FAULTS, type OriginFault } from './fault.ts';
import { HostedStreams } from './hosted-streams.ts';
import { createOriginServer } from './http/origin-server.ts';
import { Steering } from './steering/steering.ts';

const TEND_EVERY_MS = 2000;
/** What another edge says of itself: some hundred edges, 200 characters each. */
const MAX_TEXT = 200_000;

export interface OriginDeps {
  readonly clock?: Clock;
  /** Writes of the DVR; tests pass a disk that is full. */
  readonly dvrWrites?: DvrWrites;
  /** The nodes of the cluster as they are now; those of the configuration unless given. */
  peers?(): readonly Peer[];
  /** Planned moves of viewers as they are now; those of the configuration unless given. */
  moves?(): readonly SteeringMove[];
  /** The ring as the node's agent last wrote it; null when it never did. */
  ring?(): RingRecord | null;
  /** What it does wrong on purpose; nothing unless given. */
  readonly faults?: FaultInjector;
}

export interface Origin {
  readonly address: AddressInfo;
  close(): Promise<void>;
}

/**
 * Runs the origin until SIGTERM or SIGINT. Throws when its configuration or address cannot be used, and when the machine's clock was
 * set: its supervisor starts it anew.
 */
export async function runOrigin(options: { readonly configFile: string }): Promise<void> {
  const initial = await loadNodeConfig(options.configFile);
  const config = watchJson(options.configFile, { initial, parse: checkNodeConfig });
  const ring = watchJson<RingRecord | null>(ringFile(initial.dirs.data), {
    initial: null,
    parse: checkRing,
  });
  const fault = watchJson<OriginFault | null>(originFaultFile(initial.dirs.data), {
    initial: null,
    parse: checkOriginFault,
  });
  const clock = watchNodeClock(initial.dirs.data);
  const origin = await startOrigin(initial, {
    clock,
    peers: () => config.current.peers,
    moves: () => config.current.moves ?? [],
    ring: () => ring.current,
    faults: new FaultInjector(() => fault.current, systemClock.nowMs),
  });
  const { address, port } = origin.address;
  createLogger('origin').info({ address, port }, 'listening');
  const failure = await untilTold();
  config.close();
  ring.close();
  fault.close();
  clock.close();
  await origin.close();
  if (failure !== null) throw failure;
}

/** Starts the origin of a node on `node.address:ports.origin`. Throws PORT_IN_USE or ENVIRONMENT. */
export async function startOrigin(config: NodeConfig, deps: OriginDeps = {}): Promise<Origin> {
  const clock = deps.clock ?? systemClock;
  const nowMs = (): number => clock.nowMs();
  const { name: node, region } = config.node;
  const peers = (): readonly Peer[] => deps.peers?.() ?? config.peers;
  const candidates = (stream: string): readonly Peer[] =>
    feedOrder(deps.ring?.() ?? null, peers(), { stream, node, region });
  const owners = (stream: string): readonly Peer[] =>
    regionOwners(deps.ring?.() ?? null, peers(), { stream, region });
  const { dvrWrites: writes, faults = NO_FAULTS } = deps;
  const streams = new HostedStreams(config.dirs.data, {
    nowMs,
    self: { name: node, region },
    candidates,
    owners,
    faults,
    log: createLogger('origin'),
    ...(writes === undefined ? {} : { writes }),
  });
  await streams.recover();
  const moves = (): readonly SteeringMove[] => deps.moves?.() ?? config.moves ?? [];
  const server = createOriginServer({
    streams,
    steering: new Steering({ node, streams, nowMs, peers, moves, getText }),
    faults,
    nowMs,
    node,
    region,
    startedMs: nowMs(),
    peers,
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, config));
    server.once('error', fail);
    server.listen({ host: config.node.address, port: config.node.ports.origin, backlog: 4096 }, () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
  const tending = setInterval(() => void streams.tend(), TEND_EVERY_MS);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(tending);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await streams.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    address: server.address() as AddressInfo,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listenError(error: NodeJS.ErrnoException, { node }: NodeConfig): StreamctlError {
  const where = `${node.address}:${node.ports.origin}`;
  if (error.code === 'EADDRINUSE') {
    return new StreamctlError('PORT_IN_USE', `start origin of ${node.name}: ${where} is in use`, {
      hint: 'Stop the process that holds it, or set another origin port in the spec.',
      cause: error,
    });
  }
  return new StreamctlError('ENVIRONMENT', `start origin of ${node.name} on ${where}: ${error.message}`, {
    cause: error,
  });
}

async function getText(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  if (!response.ok) throw new StreamctlError('UNHEALTHY', `GET ${url}: status ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_TEXT) throw new StreamctlError('UNHEALTHY', `GET ${url}: ${text.length} characters`);
  return text;
}
