import type { Problem } from '../cluster-status.ts';
import { findLease } from '../find-controller.ts';
import type { AgentReport } from '../report.ts';
import type { ClusterFacts } from './cluster-facts.ts';

const EFFECT = 'viewers and publishers unaffected · what fails is not replaced, and nothing moves';

/**
 * Nobody judges nodes and replaces what they lose, or who should does not come to it. A holder of the lease that does
 * not answer here may be at work all the same, or will be replaced within seconds.
 */
export function findIdleController({ answers, controller, levels }: ClusterFacts): Problem[] {
  const agents = answers.flatMap(({ agent }) => (agent?.store === 'up' ? [agent] : []));
  const lateMs = levels.controllerLateSec * 1000;
  const isLate = (agent: AgentReport, sinceMs: number): boolean => agent.nowMs - sinceMs > lateMs;
  const about = (subject: string, text: string, sinceMs: number | null): Problem[] => [
    { harm: 'control', subject, text, effect: EFFECT, hint: `streamctl logs ${subject}`, sinceMs },
  ];
  const lease = controller ?? findLease(answers);
  if (lease === null) {
    const [first] = agents.filter((agent) => isLate(agent, agent.startedMs));
    return first === undefined ? [] : about(first.node, 'no node is the controller', null);
  }
  const holder = agents.find(({ node }) => node === lease.node);
  if (holder === undefined || !isLate(holder, lease.sinceMs)) return [];
  if (controller === null) return about(lease.node, 'it is the controller, and does not work', lease.sinceMs);
  const { roundMs } = controller.work;
  if (!isLate(holder, roundMs)) return [];
  return about(lease.node, 'it is the controller, and its rounds fail', roundMs === 0 ? null : roundMs);
}

/** Nodes that answer here and that the controller does not hear. */
export function findUnheardNodes({ nodes, controller, answers }: ClusterFacts): Problem[] {
  return (controller?.work.verdicts ?? []).flatMap(({ node, state, why, sinceMs }) => {
    const isHere = nodes.some(({ name, health }) => name === node && health === 'up');
    const hasStore = answers.some(({ peer, agent }) => peer.name === node && agent?.store === 'up');
    if (!isHere || !hasStore || state === 'up') return [];
    return [
      {
        harm: 'control',
        subject: node,
        text: `the controller does not hear it: ${why}`,
        effect:
          state === 'down'
            ? 'its replicas were given to other nodes'
            : 'viewers unaffected · it gets no new streams',
        hint: `streamctl logs ${node}`,
        sinceMs,
      },
    ];
  });
}

/** Streams that do not get away from where they are. */
export function findStuckMoves({ controller }: ClusterFacts): Problem[] {
  return (controller?.work.moves ?? []).flatMap(({ stream, from, to, state, note }) => {
    const stays = `viewers unaffected: it stays on ${from}`;
    const about = { harm: 'control', subject: stream, effect: stays, sinceMs: null } as const;
    if (to === null) {
      const hint = `add an origin node, or keep ${from}: streamctl ring undrain ${from}`;
      return [{ ...about, text: `it should leave ${from}, and no other node can take it`, hint }];
    }
    if (state !== 'retrying') return [];
    return [{ ...about, text: `its move from ${from} to ${to} ${note}`, hint: `streamctl logs ${to}` }];
  });
}
