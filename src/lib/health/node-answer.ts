/** What one node said when it was asked for its state, before anybody judges it. */
import type { Peer } from '../nodes/node-config.ts';
import type { AgentReport, OriginReport } from './report.ts';

/**
 * Who answered: the agent; only the origin; nobody, though a connection was taken or timed out (`silent`); nobody,
 * and every port of the node refuses (`refused`).
 */
export type Reach = 'agent' | 'origin' | 'silent' | 'refused';

export interface NodeAnswer {
  readonly peer: Peer;
  readonly reach: Reach;
  readonly agent: AgentReport | null;
  /** As the agent relays it, or from the origin itself when the agent does not answer. */
  readonly origin: OriginReport | null;
  /** Why there is no agent's report, in words; empty when there is one. */
  readonly why: string;
  /** The node's clock minus ours, milliseconds, beyond half the round trip; null without an agent's report. */
  readonly clockSkewMs: number | null;
}

/** What agents did not say at first. */
const FORMERLY_ABSENT: Pick<AgentReport, 'replicas' | 'ring' | 'placed' | 'controller'> = {
  replicas: [],
  ring: null,
  placed: 0,
  controller: null,
};

/** Takes parsed JSON for an agent's report of this node, or says in words why it is none. */
export function parseAgentReport(value: unknown, peer: Peer): AgentReport | string {
  const report = value as Partial<AgentReport> | null;
  if (typeof report !== 'object' || report === null || typeof report.version !== 'number') {
    return 'what answers there is not a streamctl agent';
  }
  if (report.version !== 1)
    return `its agent speaks version ${report.version}, this streamctl knows version 1`;
  if (report.node !== peer.name) return `the agent of another node answers there (${String(report.node)})`;
  if (!Array.isArray(report.units) || !Array.isArray(report.sessions) || !Array.isArray(report.reasons)) {
    return 'its agent sent an incomplete report';
  }
  if (report.origin && parseOriginReport(report.origin) === null)
    return 'its agent sent an incomplete report';
  return { ...FORMERLY_ABSENT, ...report } as AgentReport;
}

/** Takes parsed JSON for an origin's report; null when it is none. */
export function parseOriginReport(value: unknown): OriginReport | null {
  const report = value as Partial<OriginReport> | null;
  if (typeof report !== 'object' || report === null) return null;
  if (!Array.isArray(report.streams) || !Array.isArray(report.reasons)) return null;
  return report as OriginReport;
}
