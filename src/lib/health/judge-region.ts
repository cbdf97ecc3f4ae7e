/** Health of one region: whether its viewers are served there. Pure. */
import type { NodeStatus, RegionStatus, StreamStatus } from './cluster-status.ts';
import { runsUnit } from './judge-node.ts';
import type { NodeAnswer } from './node-answer.ts';
import type { Health } from './report.ts';

/**
 * Judges a region: `up` when all of its nodes are, `down` when no edge of it can serve (without edges: no node),
 * `unknown` when nobody can say whether one does, else `degraded`.
 */
export function judgeRegion(
  name: string,
  answers: readonly NodeAnswer[],
  seen: { readonly nodes: readonly NodeStatus[]; readonly streams: readonly StreamStatus[] },
): RegionStatus {
  const here = answers.filter((answer) => answer.peer.region === name);
  const nodes = seen.nodes.filter((node) => node.region === name);
  const served = seen.streams
    .map(({ replicas }) => replicas.filter((one) => one.region === name && one.health !== 'down'))
    .filter((replicas) => replicas.length > 0);
  const edgesBehind = served
    .flat()
    .map((one) => one.liveEdgeSec)
    .filter((sec) => sec !== null);
  const viewers = here.flatMap((answer) => answer.origin?.streams ?? []).map((stream) => stream.viewers);
  return {
    name,
    health: healthOf(here, nodes),
    nodesUp: nodes.filter((node) => node.health === 'up').length,
    nodesTotal: nodes.length,
    streams: served.length,
    viewers: viewers.reduce((total, count) => total + count, 0),
    liveEdgeSec: edgesBehind.length > 0 ? Math.max(...edgesBehind) : null,
  };
}

function healthOf(here: readonly NodeAnswer[], nodes: readonly NodeStatus[]): Health {
  if (nodes.length === 0) return 'unknown';
  if (nodes.every((node) => node.health === 'up')) return 'up';
  const edges = here.filter((answer) => answer.peer.roles.includes('edge'));
  const serving = edges.length > 0 ? edges.filter(canServe) : here.filter((one) => one.reach !== 'refused');
  if (serving.length === 0) return 'down';
  return serving.every((answer) => answer.reach === 'silent') ? 'unknown' : 'degraded';
}

/** Whether a node's edge may serve viewers, as far as is known. */
export function canServe(answer: NodeAnswer): boolean {
  if (answer.reach === 'refused') return false;
  return answer.reach === 'silent' || runsUnit(answer, 'nginx-edge');
}
