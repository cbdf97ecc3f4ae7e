/**
 * Asks every node for its state, all at once, each for a bounded time.
 *
 * Asks the nodes themselves and nobody else, so it works without Redis and with any of them gone. Never throws for
 * a node that does not answer: that is an answer too.
 */
import type { Peer } from '../nodes/node-config.ts';
import { type NodeAnswer, parseAgentReport, parseOriginReport } from './node-answer.ts';
import { DEFAULT_SERVICE_LEVELS } from './service-levels.ts';

export type PortState = 'open' | 'refused' | 'silent';

export interface CollectDeps {
  /** Resolves to the parsed JSON of a 200 answer; rejects with words for everything else, within the time. */
  readonly fetchJson: (url: string, timeoutMs: number) => Promise<unknown>;
  /** Whether something takes connections there; never rejects. */
  readonly probePort: (address: string, port: number, timeoutMs: number) => Promise<PortState>;
  readonly nowMs: () => number;
  readonly timeoutMs?: number;
}

/** Gathers one answer per node, in the order of `peers`; takes three times the timeout at the very most. */
export function collectCluster(peers: readonly Peer[], deps: CollectDeps): Promise<NodeAnswer[]> {
  return Promise.all(peers.map((peer) => collectNode(peer, deps)));
}

async function collectNode(peer: Peer, deps: CollectDeps): Promise<NodeAnswer> {
  const timeoutMs = deps.timeoutMs ?? DEFAULT_SERVICE_LEVELS.nodeTimeoutMs;
  const askedMs = deps.nowMs();
  const asked = await attempt(() =>
    deps.fetchJson(`http://${peer.address}:${peer.ports.agent}/v1/status`, timeoutMs),
  );
  const answeredMs = deps.nowMs();
  const agent = asked.ok ? parseAgentReport(asked.value, peer) : asked.why;
  if (typeof agent !== 'string') {
    const clockSkewMs = skew(agent.nowMs, askedMs, answeredMs);
    return { peer, reach: 'agent', agent, origin: agent.origin, why: '', clockSkewMs };
  }
  return withoutAgent(peer, agent, { ...deps, timeoutMs });
}

async function withoutAgent(
  peer: Peer,
  why: string,
  deps: CollectDeps & { timeoutMs: number },
): Promise<NodeAnswer> {
  const nothing = { peer, agent: null, origin: null, why, clockSkewMs: null };
  if (peer.roles.includes('origin') || peer.roles.includes('edge')) {
    const url = `http://${peer.address}:${peer.ports.origin}/status`;
    const asked = await attempt(() => deps.fetchJson(url, deps.timeoutMs));
    const origin = asked.ok ? parseOriginReport(asked.value) : null;
    if (origin !== null) return { ...nothing, reach: 'origin', origin };
  }
  const probed = portsOf(peer).map((port) => deps.probePort(peer.address, port, deps.timeoutMs));
  const states = await Promise.all(probed);
  return { ...nothing, reach: states.every((state) => state === 'refused') ? 'refused' : 'silent' };
}

/** The ports that a node listens on, by its roles. */
export function portsOf({ roles, ports }: Peer): number[] {
  const listening = [ports.agent];
  if (roles.includes('store')) listening.push(ports.redis);
  if (roles.includes('ingest')) listening.push(ports.rtmp, ports.contribution);
  if (roles.includes('origin') || roles.includes('edge')) listening.push(ports.origin);
  if (roles.includes('edge')) listening.push(ports.http);
  return listening;
}

/** How far a clock is off, of what the time between asking and answering does not explain. */
function skew(theirsMs: number, askedMs: number, answeredMs: number): number {
  if (theirsMs < askedMs) return theirsMs - askedMs;
  return Math.max(0, theirsMs - answeredMs);
}

type Attempt = { ok: true; value: unknown } | { ok: false; why: string };

async function attempt(ask: () => Promise<unknown>): Promise<Attempt> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
