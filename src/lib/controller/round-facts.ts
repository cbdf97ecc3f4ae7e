/** What one round of the controller knows, and all that its decisions may look at. Types, and questions about them. */
import type {
  NodeVerdict,
  PlacementRecord,
  PlannedMove,
  RingNode,
  RingRecord,
} from '../store/ring-records.ts';
import type { Reported } from './compare-replicas.ts';

export interface RoundFacts {
  readonly nowMs: number;
  /** False for a while after the controller began or the store was away: then nothing is given up for lost. */
  readonly isSettled: boolean;
  readonly ring: RingRecord;
  /** Nodes of the ring by name. */
  readonly members: ReadonlyMap<string, RingNode>;
  /** Of the ring's nodes and of those that run something. */
  readonly verdicts: ReadonlyMap<string, NodeVerdict>;
  readonly placements: ReadonlyMap<string, PlacementRecord>;
  /** In the order in which they begin. */
  readonly planned: readonly PlannedMove[];
  /** Node that each live publish session is on, by stream. */
  readonly sessions: ReadonlyMap<string, string>;
  /** What nodes carry, joining replicas too. */
  readonly loads: ReadonlyMap<string, number>;
  /** What a node's last heartbeat says of a stream; null when nothing, or when the node is not heard. */
  readonly reported: (node: string, stream: string) => Reported;
  /** Unix milliseconds when the node said that; 0 when nothing was read. */
  readonly saidMs: (node: string) => number;
}

/** Whether a node is down for certain: what it ran is lost. */
export function isLost({ isSettled, verdicts }: RoundFacts, node: string): boolean {
  return isSettled && verdicts.get(node)?.state === 'down';
}

/** Whether a node is heard now. */
export function isUp({ verdicts }: RoundFacts, node: string): boolean {
  return verdicts.get(node)?.state === 'up';
}

/** Whether a node may get replicas. */
export function isOpen(facts: RoundFacts, node: string): boolean {
  return facts.members.get(node)?.state === 'active' && isUp(facts, node);
}

/** Whether what a node runs has to move away though it is there: it drains, or is no node of the ring any more. */
export function isLeaving({ members }: RoundFacts, node: string): boolean {
  return members.get(node)?.state !== 'active';
}

/** Nodes of the ring that should get nothing: down, or not heard. */
export function nodesNotUp(facts: RoundFacts): string[] {
  return facts.ring.nodes.map(({ name }) => name).filter((name) => !isUp(facts, name));
}
