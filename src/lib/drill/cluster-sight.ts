/** The cluster at one moment, as far as a drill cares: made from what every node said. Types alone. */
import type { StreamStatusState } from '../health/cluster-status.ts';
import type { Health, Load } from '../health/report.ts';
import type { Role } from '../nodes/node-config.ts';

export interface NodeSight {
  readonly name: string;
  readonly region: string;
  readonly roles: readonly Role[];
  readonly health: Health;
  readonly reasons: readonly string[];
  /** Of its machine; null when its agent did not answer. */
  readonly load?: Load | null;
}

/** The feeds that a node's origin reads of other nodes. */
export interface FeedSight {
  /** The node that reads. */
  readonly node: string;
  /** Nodes it reads from; empty while it looks for one. */
  readonly from: readonly string[];
  /** In the origin's own word: `two-feeds`, `one-feed`, `no-feed`, …; null from one that does not say. */
  readonly supply: string | null;
  /** Its last change of the feed that leads; null when there was none. */
  readonly change: {
    /** Unix milliseconds. */
    readonly atMs: number;
    /** Replicas. */
    readonly from: string;
    readonly to: string;
    /** Milliseconds from the last part before the change to the first after it. */
    readonly afterMs: number;
  } | null;
}

export interface ReplicaSight {
  readonly node: string;
  readonly region: string;
  readonly health: Health;
  readonly reasons: readonly string[];
  /** Renditions that it leaves out to keep up with real time. */
  readonly shed: readonly string[];
}

/** What the control plane has written in the store. */
export interface ControlSight {
  /** Node that acts as the controller; null when none does. */
  readonly controller: string | null;
  /** Of its lease; only grows. */
  readonly token: number | null;
  /** Node whose store takes writes; null for one that no node has. */
  readonly store: string | null;
  /** Stores that follow it. */
  readonly followers: number;
  /** Of the ring; only grows. */
  readonly epoch: number | null;
  /** Replicas that each stream should have. */
  readonly wanted: number | null;
  /** By node; only those that are not up. */
  readonly verdicts: readonly { readonly node: string; readonly state: string; readonly sinceMs: number }[];
  /** Nodes on which the stream is placed; null without a placement. */
  readonly placed: readonly string[] | null;
}

export interface ClusterSight {
  readonly atMs: number;
  readonly nodes: readonly NodeSight[];
  readonly state: StreamStatusState;
  /** Since when, by the word of a replica, Unix milliseconds; null or absent when none says. */
  readonly stateSinceMs?: number | null;
  readonly replicas: readonly ReplicaSight[];
  readonly feeds: readonly FeedSight[];
  /** Ingests at which the stream comes in. */
  readonly ingests: number;
  /** Edges that do not serve the stream as the others do, in words. */
  readonly unequal: readonly string[];
  /** Null when the store did not answer. */
  readonly control: ControlSight | null;
}

/** Looks at the cluster; never throws for something that does not answer. */
export interface ClusterProbe {
  /** `hurry`: waits less for nodes that do not answer, as some are not meant to. */
  look(hurry: boolean): Promise<ClusterSight>;
}
