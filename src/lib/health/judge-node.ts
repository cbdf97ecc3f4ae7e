/** Health of one node from its answer. Pure. Load is passed through and never weighed. */
import type { NodeStatus } from './cluster-status.ts';
import type { NodeAnswer } from './node-answer.ts';
import type { Health, UnitReport } from './report.ts';

const ORDER: readonly Health[] = ['up', 'degraded', 'unknown', 'down'];

/** The worst of some healths; `up` of none. */
export function worstHealth(healths: readonly Health[]): Health {
  return ORDER[Math.max(0, ...healths.map((health) => ORDER.indexOf(health)))]!;
}

/** Judges a node: `down` only when all of its ports refuse, `unknown` when nobody can say. */
export function judgeNode(answer: NodeAnswer): NodeStatus {
  const { name, region, roles } = answer.peer;
  const { health, reasons } = judge(answer);
  const { load = null, program = null } = answer.agent ?? {};
  const viewers = countViewers(answer);
  const known = { name, region, roles, health, load, ...(viewers && { viewers }) };
  return { ...known, reasons: [...new Set(reasons)], program };
}

function countViewers({ peer, origin }: NodeAnswer): NodeStatus['viewers'] {
  if (peer.viewers === undefined || origin === null) return undefined;
  const count = origin.streams.reduce((sum, { viewers }) => sum + viewers, 0);
  return { count, most: peer.viewers };
}

function judge(answer: NodeAnswer): { health: Health; reasons: string[] } {
  const { agent, origin, reach, why, peer } = answer;
  if (reach === 'refused') {
    return { health: 'down', reasons: [`nothing listens on ${peer.address}: every port refuses`] };
  }
  if (reach === 'silent')
    return { health: 'unknown', reasons: [`agent: ${why}`, 'nothing else answers for it'] };
  if (agent === null) {
    return { health: 'degraded', reasons: [`agent: ${why}; its origin answers`, ...(origin?.reasons ?? [])] };
  }
  const own = ownReasons(answer);
  const reasons = [...agent.reasons, ...(origin?.reasons ?? []), ...own];
  const health = own.length > 0 || (origin?.reasons.length ?? 0) > 0 ? 'degraded' : 'up';
  return { health: agent.health === 'up' ? health : 'degraded', reasons };
}

/** What the agent's report shows without the agent having said it. */
function ownReasons({ agent, origin, peer }: NodeAnswer): string[] {
  const broken = (agent?.units ?? []).filter(isBroken).map((unit) => `${unit.name} is ${unit.state}`);
  const serves = peer.roles.includes('origin') || peer.roles.includes('edge');
  const silent = serves && origin === null && !broken.some((reason) => reason.startsWith('origin '));
  return silent ? [...broken, 'origin does not answer'] : broken;
}

/** Whether a unit is a fault of its node: a pipeline's is one of its replica, a test publisher's of its stream. */
function isBroken(unit: UnitReport): boolean {
  if (unit.name.startsWith('publisher-') || unit.name.startsWith('pipeline-')) return false;
  return unit.state !== 'running';
}

/** Whether a unit of the node is known to run; true when nobody can say. */
export function runsUnit(answer: NodeAnswer, name: string): boolean {
  if (answer.reach === 'refused') return false;
  const unit = answer.agent?.units.find((candidate) => candidate.name === name);
  return unit === undefined ? answer.reach !== 'silent' : unit.state === 'running';
}
