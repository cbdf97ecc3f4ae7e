/** Builds the answers of a well two-region cluster, to be spoilt by one thing per test. */
import type { StatusMessage } from '../../src/lib/feed/message.ts';
import type { NodeAnswer } from '../../src/lib/health/node-answer.ts';
import type { AgentReport, OriginReport, OriginStreamReport } from '../../src/lib/health/report.ts';
import type { KnownCluster } from '../../src/lib/health/summarize.ts';
import type { Peer, Role } from '../../src/lib/nodes/node-config.ts';
import { DEFAULT_PORTS } from '../../src/lib/spec/defaults.ts';

export const NOW_MS = 1_780_000_000_000;
export const KNOWN: KnownCluster = { name: 'demo', regions: ['us', 'eu'], streams: ['demo'] };

function createPeer(name: string, address: string, roles: readonly Role[]): Peer {
  return { name, region: name.slice(0, 2), address, roles, ports: DEFAULT_PORTS, weight: 1 };
}

/** us-1 store, ingest, origin; us-2 edge; eu-1 ingest, origin; eu-2 edge. */
export const PEERS: readonly Peer[] = [
  createPeer('us-1', '127.206.1.1', ['store', 'ingest', 'origin']),
  createPeer('us-2', '127.206.1.2', ['edge']),
  createPeer('eu-1', '127.206.2.1', ['ingest', 'origin']),
  createPeer('eu-2', '127.206.2.2', ['edge']),
];

export function createStatus(changes: Partial<StatusMessage> = {}): StatusMessage {
  return {
    type: 'status',
    state: 'live',
    sinceMs: NOW_MS - 60_000,
    reasons: [],
    shed: [],
    encoder: 'libx264',
    source: null,
    sessionId: NOW_MS - 61_000,
    ...changes,
  };
}

export function createStreamReport(changes: Partial<OriginStreamReport> = {}): OriginStreamReport {
  return {
    stream: 'demo',
    health: 'up',
    reasons: [],
    relay: false,
    feeds: [
      { replica: 'us-1', from: 'pipeline', connectedSinceMs: NOW_MS - 60_000, lastPartMs: NOW_MS - 300 },
    ],
    status: createStatus(),
    tracks: [],
    liveEdgeSec: 0.8,
    lastMsn: 900,
    firstMsn: 750,
    kbps: { '720p': 2400, '240p': 300, audio: 128 },
    frameRate: 30,
    dvrSec: 300,
    memoryBytes: 40_000_000,
    diskBytes: 0,
    viewers: 0,
    ...changes,
  };
}

export function createOrigin(node: string, streams: readonly OriginStreamReport[]): OriginReport {
  return { node, startedMs: NOW_MS - 90_000, streams, rssBytes: 90_000_000, reasons: [] };
}

/** us-1 is the controller. */
function createControllerReport(isOwn: boolean, nowMs: number): AgentReport['controller'] {
  const nothing = { moves: [], planned: 0, refusals: [], refused: 0, verdicts: [] };
  const work = isOwn ? { roundMs: nowMs - 300, roundTookMs: 4, ...nothing } : null;
  return { node: 'us-1', token: 3, sinceMs: nowMs - 80_000, work };
}

export function createAgent(peer: Peer, changes: Partial<AgentReport> = {}): AgentReport {
  const relay = peer.roles.includes('edge');
  const makes = peer.roles.includes('origin');
  const names = [
    'agent',
    'origin',
    relay ? 'nginx-edge' : 'nginx-ingest',
    ...(makes ? ['pipeline-demo'] : []),
  ];
  return {
    version: 1,
    cluster: 'demo',
    node: peer.name,
    region: peer.region,
    roles: peer.roles,
    nowMs: NOW_MS,
    startedMs: NOW_MS - 90_000,
    health: 'up',
    reasons: [],
    load: { cpu: 0.2, memory: 0.3, disk: 0.4 },
    units: names.map((name) => ({ name, state: 'running', pid: 100, sinceMs: NOW_MS - 60_000 })),
    sessions:
      peer.name === 'us-1'
        ? [{ stream: 'demo', sessionId: NOW_MS - 61_000, clientAddress: '127.0.0.1' }]
        : [],
    refused: { wrongKey: 0, inUse: 0, noCapacity: 0 },
    origin: createOrigin(peer.name, [createStreamReport({ relay, viewers: relay ? 3 : 0 })]),
    store: 'up',
    storeNode: 'us-1',
    replicas: [],
    ring: { epoch: 1, replicas: 2 },
    placed: makes ? 1 : 0,
    controller: createControllerReport(peer.name === 'us-1', changes.nowMs ?? NOW_MS),
    ...changes,
  };
}

/** An answer of the agent, spoilt by `changes`. */
export function answerOf(peer: Peer, changes: Partial<AgentReport> = {}): NodeAnswer {
  const agent = createAgent(peer, changes);
  return { peer, reach: 'agent', agent, origin: agent.origin, why: '', clockSkewMs: 0 };
}

/** A node that nobody answers for. */
export function absent(peer: Peer, reach: 'silent' | 'refused'): NodeAnswer {
  const why = reach === 'refused' ? 'connection refused' : 'no answer within 800 ms';
  return { peer, reach, agent: null, origin: null, why, clockSkewMs: null };
}

/** Every node answers and all is well, but for the nodes that `spoil` answers for. */
export function answersBut(spoil: (peer: Peer) => NodeAnswer | undefined = () => undefined): NodeAnswer[] {
  return PEERS.map((peer) => spoil(peer) ?? answerOf(peer));
}

/** The same with one node answering otherwise. */
export function answersWith(node: string, answer: (peer: Peer) => NodeAnswer): NodeAnswer[] {
  return answersBut((peer) => (peer.name === node ? answer(peer) : undefined));
}

/** The same with what every node's origin says of the stream changed. */
export function answersSaying(changes: Partial<OriginStreamReport>): NodeAnswer[] {
  return answersBut((peer) => {
    const relay = peer.roles.includes('edge');
    return answerOf(peer, { origin: createOrigin(peer.name, [createStreamReport({ relay, ...changes })]) });
  });
}
