/**
 * What the store knows of the ring: its members, where streams are placed, and what moves. Types alone.
 *
 * `ring` is changed by compare-and-set on its epoch. A placement is the one truth of which nodes run a stream's
 * pipelines; per node the same is kept again (`placed:NODE`), so that an agent reads its own alone.
 */

import type { Role } from '../nodes/node-config.ts';

/** An origin node as the ring has it. */
export interface RingNode {
  readonly name: string;
  readonly region: string;
  /** The machine; two replicas of a stream are never on one. Local nodes: their address. */
  readonly host: string;
  /** 1 to 100; 160 points each. */
  readonly weight: number;
  /** The most it can carry, in thousandths like the cost of a placement; null when nobody said. */
  readonly capacity: number | null;
  /** `draining`: gets nothing new, and what it has moves away. */
  readonly state: 'active' | 'draining';
}

export interface RingRecord {
  readonly version: 1;
  /** Raised by one with every change; never goes back. */
  readonly epoch: number;
  /** How much more than the mean, relative to its weight, a node may carry; at least 1. */
  readonly balance: number;
  /** Replicas that each stream should have. */
  readonly replicas: number;
  /** By name, sorted. */
  readonly nodes: readonly RingNode[];
  /** Stream → nodes on which a replica of it must be, at most one a region. */
  readonly pins: Readonly<Record<string, readonly string[]>>;
}

/** The parts of a ring that a change touches, as they were or are; null: not there. */
export interface RingPatch {
  readonly nodes?: Readonly<Record<string, RingNode | null>>;
  readonly pins?: Readonly<Record<string, readonly string[] | null>>;
  readonly balance?: number;
  readonly replicas?: number;
}

/** One line of the ring's history. `before` undoes it, as long as `after` still holds. */
export interface RingChange {
  /** Of the ring that the change made. */
  readonly epoch: number;
  readonly atMs: number;
  /** `user@host`. */
  readonly who: string;
  /** Where it came from: `pid 4711`, or the name of a CI run. */
  readonly from: string;
  /** In words of the command: `set-weight us-2 3`. */
  readonly what: string;
  /** `--reason`; may be empty. */
  readonly reason: string;
  readonly before: RingPatch;
  readonly after: RingPatch;
  /** What the spec said of the node that the change took out, for whoever takes that back. */
  readonly was?: RemovedNode;
}

/** The part of a node that the ring does not know. */
export interface RemovedNode {
  readonly roles: readonly Role[];
  readonly host?: string;
  readonly address?: string;
  readonly ports?: Readonly<Record<string, number>>;
}

/** `evacuate`: its node drains, is gone or is down; `home`, `relief`: see ring/plan-moves.ts; `pin`: an operator's word. */
export type MoveReason = 'evacuate' | 'home' | 'relief' | 'pin';

/** A move that a change of the ring asked for and that has not begun. One a stream and node. */
export interface PlannedMove {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: MoveReason;
  /** Of the ring that it was planned on. */
  readonly epoch: number;
  /** Moves begin in this order. */
  readonly order: number;
}

/** A move under way: both nodes run the stream until `to` is verified. */
export interface RunningMove {
  readonly from: string;
  readonly to: string;
  readonly why: MoveReason;
  readonly startedMs: number;
}

export interface PlacementRecord {
  readonly version: 1;
  readonly stream: string;
  /** Encoder cost in thousandths: a whole number from 1 (placement/encoder-cost.ts). */
  readonly cost: number;
  /** Region of the publisher when it was placed. */
  readonly region: string;
  /** Of the ring that it was last chosen on. */
  readonly epoch: number;
  /** Nodes that run a replica, the one in the publisher's region first. */
  readonly replicas: readonly string[];
  readonly move: RunningMove | null;
  readonly createdMs: number;
}

/** What a node is to a stream placed on it. `joining`: the `to` of a move. */
export type PlacedAs = 'replica' | 'joining';

/** Why a stream got no (further) replica; kept until it does or ends. */
export interface PlacementRefusal {
  readonly stream: string;
  readonly atMs: number;
  readonly lack: string;
  readonly cure: string;
}

/** Who may act as the controller. A higher token supersedes a lower one everywhere. */
export interface ControllerLease {
  readonly node: string;
  readonly token: number;
  readonly sinceMs: number;
}

/** The controller's judgement of a node. Only `down` loses its replicas; `unknown` changes nothing. */
export interface NodeVerdict {
  readonly node: string;
  readonly state: 'up' | 'down' | 'unknown';
  /** In words: what was seen by whom. */
  readonly why: string;
  readonly sinceMs: number;
}
