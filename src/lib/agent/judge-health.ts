/**
 * Whether a node can serve, from what its units and its origin say. Pure.
 *
 * Not the node's health: a pipeline that fails is a fault of its replica, a publisher's of its stream, a store that is
 * away one of the cluster. The report says each of these in a place of its own.
 */
import type { Health, OriginReport, UnitReport } from '../health/report.ts';
import type { Role } from '../nodes/node-config.ts';

export interface NodeFacts {
  readonly roles: readonly Role[];
  readonly units: readonly UnitReport[];
  /** Null when the node has no origin or it does not answer. */
  readonly origin: OriginReport | null;
  /** Null when there is nothing to compare. */
  readonly rings: RingEpochs | null;
}

/** Epochs of the ring that the agent goes by, and of the one that the store has; 0 for none. */
export interface RingEpochs {
  readonly known: number;
  readonly store: number;
}

export interface Judgement {
  readonly health: Health;
  /** In words for an operator, worst first; empty when it is up. */
  readonly reasons: readonly string[];
}

/** Judges a node: `down` when viewers or publishers cannot be served, `degraded` when something else is wrong. */
export function judgeHealth(facts: NodeFacts): Judgement {
  const hasOrigin = facts.roles.includes('origin') || facts.roles.includes('edge');
  const down = facts.units
    .filter((unit) => unit.state !== 'running' && !unit.name.startsWith('pipeline-'))
    .filter((unit) => !unit.name.startsWith('publisher-'))
    .map((unit) => `${unit.name} is ${unit.state}`);
  if (hasOrigin && facts.origin === null && !down.some((reason) => reason.startsWith('origin '))) {
    down.push('origin does not answer');
  }
  const degraded = [...(facts.origin?.reasons ?? []), ...judgeRings(facts.rings)];
  const reasons = [...down, ...degraded];
  return { health: down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'up', reasons };
}

function judgeRings(rings: RingEpochs | null): string[] {
  if (rings === null || rings.store >= rings.known) return [];
  const found = rings.store === 0 ? 'no ring' : `an older ring (epoch ${rings.store})`;
  return [`the store has ${found}; this node goes by epoch ${rings.known}`];
}
