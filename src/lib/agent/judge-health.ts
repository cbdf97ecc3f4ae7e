/** Whether a node can serve, from what its units and its origin say. Pure. */
import type { Health, OriginReport, UnitReport } from '../health/report.ts';
import type { Role } from '../nodes/node-config.ts';

export interface NodeFacts {
  readonly roles: readonly Role[];
  readonly units: readonly UnitReport[];
  /** Null when the node has no origin or it does not answer. */
  readonly origin: OriginReport | null;
  readonly store: 'up' | 'down';
}

export interface Judgement {
  readonly health: Health;
  /** In words for an operator, worst first; empty when it is up. */
  readonly reasons: readonly string[];
}

/** Judges a node: `down` when viewers or publishers cannot be served, `degraded` when something else is wrong. */
export function judgeHealth(facts: NodeFacts): Judgement {
  const hasOrigin = facts.roles.includes('origin') || facts.roles.includes('edge');
  const notRunning = facts.units.filter((unit) => unit.state !== 'running');
  const fatal = notRunning.filter(
    (unit) => !unit.name.includes('pipeline-') && !unit.name.includes('publisher-'),
  );
  const down = fatal.map((unit) => `${unit.name} is ${unit.state}`);
  if (hasOrigin && facts.origin === null && !fatal.some((unit) => unit.name === 'origin')) {
    down.push('origin does not answer');
  }
  const degraded = [
    ...notRunning.filter((unit) => !fatal.includes(unit)).map((unit) => `${unit.name} is ${unit.state}`),
    ...(facts.origin?.reasons ?? []),
    ...(facts.store === 'down' ? ['the store does not answer: new streams and keys are not seen'] : []),
  ];
  const reasons = [...down, ...degraded];
  return { health: down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'up', reasons };
}
