/**
 * What nodes say of the media while one of them changes: who plays what, what a node alone holds, and what is amiss. Pure;
 * from the nodes' own answers, so it needs no store.
 */
import { findLack } from '../controller/compare-replicas.ts';
import type { NodeAnswer } from '../health/node-answer.ts';
import type { ReplicaReport } from '../health/report.ts';
import type { Peer } from '../nodes/node-config.ts';

/** One pipeline that makes media in time. */
interface Playing {
  readonly node: string;
  readonly report: ReplicaReport;
}

/** What played and who published before a node was touched. */
export interface MediaBefore {
  /** By stream that plays: nodes where a pipeline makes it, or should and is on its way. */
  readonly replicas: ReadonlyMap<string, readonly string[]>;
  /** Streams published at the node. */
  readonly publishedHere: readonly string[];
}

/** Notes what must be so again after `node` has changed. */
export function noteMedia(node: string, answers: readonly NodeAnswer[]): MediaBefore {
  const streams = new Set(answers.flatMap((answer) => playingOf(answer).map(({ stream }) => stream)));
  return {
    replicas: new Map([...streams].sort().map((stream) => [stream, makersOf(stream, answers)])),
    publishedHere: sessionsAt(answerOf(node, answers)),
  };
}

/** Says in words why taking the node away for a moment would be noticed; empty when something stands in for all of it. */
export function findObstacles(peer: Peer, answers: readonly NodeAnswer[]): string[] {
  const others = answers.filter((answer) => answer.peer.name !== peer.name);
  const before = noteMedia(peer.name, answers);
  const obstacles: string[] = [];
  for (const role of peer.roles.filter((one) => one !== 'store')) {
    if (!others.some((answer) => answer.peer.roles.includes(role) && isUp(answer)))
      obstacles.push(`no other node with the role ${role} is up`);
  }
  for (const [stream, nodes] of before.replicas) {
    if (nodes.includes(peer.name) && !hasStandIn(stream, peer.name, answers))
      obstacles.push(`no other node has a replica of ${stream} that plays`);
  }
  for (const stream of before.publishedHere) {
    if (!others.some((answer) => sessionsAt(answer).includes(stream)))
      obstacles.push(`${stream} is published here alone`);
  }
  return obstacles;
}

/** Says in words what is not as it was before, of the node and of all that played; null when all is well. */
export function findFault(peer: Peer, before: MediaBefore, answers: readonly NodeAnswer[]): string | null {
  const own = answerOf(peer.name, answers);
  if (own?.agent === null || own === undefined) return `${peer.name} does not answer: ${own?.why ?? ''}`;
  if (own.agent.health === 'down') return `${peer.name} is down: ${own.agent.reasons.join(', ')}`;
  const lost = before.publishedHere.find((stream) => !sessionsAt(own).includes(stream));
  if (lost !== undefined) return `${lost} is not published at ${peer.name} any more`;
  for (const [stream, nodes] of before.replicas) {
    const fault = findReplicaFault({ stream, nodes, changed: peer.name }, answers);
    if (fault !== null) return fault;
  }
  return null;
}

interface ReplicasWanted {
  readonly stream: string;
  readonly nodes: readonly string[];
  /** The node whose replica is compared with the others. */
  readonly changed: string;
}

function findReplicaFault(
  { stream, nodes, changed }: ReplicasWanted,
  answers: readonly NodeAnswer[],
): string | null {
  const playing = playersOf(stream, answers).filter(({ node }) => nodes.includes(node));
  if (playing.length < nodes.length) {
    const missing = nodes.filter((node) => !playing.some((one) => one.node === node));
    return `${stream} plays on ${playing.length} of ${nodes.length} nodes; missing ${missing.join(', ')}`;
  }
  const live = playing.filter(({ report }) => report.state === 'live');
  const reference = live.find(({ node }) => node !== changed);
  for (const { node, report } of live.filter((one) => one !== reference)) {
    const lack = reference === undefined ? null : findLack(report, reference.report);
    if (lack !== null) return `${stream} on ${node}, compared with ${reference!.node}: ${lack}`;
  }
  return null;
}

/** Says in words that a node's replica has not made a whole segment from `msn` on, as a new pipeline must; null: it has. */
export function findOldMedia(
  { node, stream, msn }: { readonly node: string; readonly stream: string; readonly msn: number },
  answers: readonly NodeAnswer[],
): string | null {
  const own = playersOf(stream, answers).find((one) => one.node === node);
  if (own === undefined) return `${stream} does not play on ${node}`;
  // The slate is made by the pipeline alone, and its segments are not compared.
  if (own.report.state === 'slate' || (own.report.segments.at(-1)?.msn ?? 0) >= msn) return null;
  return `${stream} on ${node} has no whole segment since its restart`;
}

/** Whether another node than this one plays the stream. */
export function hasStandIn(stream: string, node: string, answers: readonly NodeAnswer[]): boolean {
  return playersOf(stream, answers).some((one) => one.node !== node);
}

function makersOf(stream: string, answers: readonly NodeAnswer[]): string[] {
  const makes = ({ agent }: NodeAnswer): boolean =>
    agent?.replicas.some(
      (one) => one.stream === stream && one.as === 'replica' && !['ended', 'failed'].includes(one.state),
    ) === true;
  const playing = playersOf(stream, answers).map(({ node }) => node);
  return answers
    .map((answer) => ({ name: answer.peer.name, isMaker: makes(answer) }))
    .filter(({ name, isMaker }) => isMaker || playing.includes(name))
    .map(({ name }) => name);
}

function playersOf(stream: string, answers: readonly NodeAnswer[]): Playing[] {
  return answers.flatMap((answer) =>
    playingOf(answer)
      .filter((report) => report.stream === stream)
      .map((report) => ({ node: answer.peer.name, report })),
  );
}

/** The slate is media, too: a stream without a publisher must not end because of us. */
function playingOf({ agent }: NodeAnswer): ReplicaReport[] {
  return (agent?.replicas ?? []).filter(
    ({ as, state, fresh }) => as !== 'joining' && fresh && (state === 'live' || state === 'slate'),
  );
}

function isUp({ agent }: NodeAnswer): boolean {
  return agent !== null && agent.health !== 'down';
}

function sessionsAt(answer: NodeAnswer | undefined): string[] {
  return (answer?.agent?.sessions ?? []).map(({ stream }) => stream);
}

function answerOf(node: string, answers: readonly NodeAnswer[]): NodeAnswer | undefined {
  return answers.find((answer) => answer.peer.name === node);
}
