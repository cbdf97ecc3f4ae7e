/**
 * The state of a whole cluster as `streamctl status --json` prints it: a stable surface.
 *
 * Within version 1 fields are only added, never renamed, removed or given another meaning. Times are Unix
 * milliseconds. Health says whether something can serve; load says how much more it should take, and never makes
 * anything unhealthy.
 */
import type { Fitness } from '../media/fitness.ts';
import type { Role } from '../nodes/node-config.ts';
import type { Left } from './departures.ts';
import type { Health, Load, MoveReport, ProgramMark } from './report.ts';

/** Whom a problem hurts, the worst first: the order in which problems are listed. */
export const HARMS = ['viewers', 'publishers', 'redundancy', 'control'] as const;
export type Harm = (typeof HARMS)[number];

/** One thing that is wrong: what, what it means, what to do. */
export interface Problem {
  readonly harm: Harm;
  /** The cluster, region, node or stream that it is about, by name. */
  readonly subject: string;
  readonly text: string;
  /** What viewers or publishers notice of it. */
  readonly effect: string;
  /** One thing to do or a command to type. */
  readonly hint: string;
  /** Unix milliseconds since it holds; null when nobody knows. */
  readonly sinceMs: number | null;
}

export interface RegionStatus {
  readonly name: string;
  readonly health: Health;
  readonly nodesUp: number;
  readonly nodesTotal: number;
  /** Streams with a replica here that can serve. */
  readonly streams: number;
  readonly viewers: number;
  /** The replica of this region that is farthest behind, seconds; null when none plays. */
  readonly liveEdgeSec: number | null;
}

export interface NodeStatus {
  readonly name: string;
  readonly region: string;
  readonly roles: readonly Role[];
  readonly health: Health;
  /** Null when the node's agent did not answer. */
  readonly load: Load | null;
  /** Of an edge with a limit: who watches there, and how many should at most. Absent of others. */
  readonly viewers?: { readonly count: number; readonly most: number };
  /** Of an edge: players that left it within the last 20 seconds by their own account, by reason. Absent for none. */
  readonly left?: Left;
  /** Why it is not up, in words; empty when it is. */
  readonly reasons: readonly string[];
  /** What its agent runs; null when it does not say. */
  readonly program: ProgramMark | null;
}

/** One pipeline of a stream. */
export interface ReplicaStatus {
  readonly node: string;
  readonly region: string;
  readonly health: Health;
  readonly reasons: readonly string[];
  readonly liveEdgeSec: number | null;
  /** Renditions that it leaves out to keep up with real time. */
  readonly shed: readonly string[];
  /** It is being moved here: another replica stops once this one is verified, so it does not count yet. */
  readonly joining: boolean;
}

/** Who publishes a stream, in one region. */
export interface PublisherStatus {
  /** The ingest node. */
  readonly node: string;
  readonly region: string;
  /** Unix milliseconds when its session was opened. */
  readonly sessionId: number;
  readonly clientAddress: string;
  /** `active`: pipelines read it; `reserve`: they hold it, and read it when the active one fails. */
  readonly role: 'active' | 'reserve';
  /**
   * With two publishers: what was seen of its picture and sound. `state` is `fit`, `doubtful`, `black`, `silent`, or
   * `unknown` while nobody could look; `sinceMs` since when it is black or silent, else null.
   */
  readonly fitness: Fitness;
}

/** `offline`: known, but nobody has published it since the cluster started. Not a fault, nor is `ended`. */
export type StreamStatusState = 'live' | 'slate' | 'offline' | 'starting' | 'ended';

export interface StreamStatus {
  readonly name: string;
  readonly state: StreamStatusState;
  /** Wall clock minus the end of the newest video part, at the replica farthest behind that is up; seconds. */
  readonly liveEdgeSec: number | null;
  readonly replicas: readonly ReplicaStatus[];
  /** The active one first; empty while nobody publishes, or no ingest node can be asked. */
  readonly publishers: readonly PublisherStatus[];
  /** One per region with an edge: the multivariant playlist on an edge that serves. */
  readonly playback: readonly Place[];
  /** The highest rendition and the audio together, as measured over the last segments. */
  readonly bitrateKbps: number | null;
  readonly frameRate: number | null;
  readonly viewers: number;
  /** Worth knowing and no fault, e.g. a rendition left out as larger than the source. */
  readonly notes: readonly string[];
  /** Since when the state holds. */
  readonly sinceMs: number | null;
}

export interface Place {
  readonly region: string;
  readonly url: string;
}

/** The node whose agent judges nodes, places and moves streams. */
export interface ControllerStatus {
  readonly node: string;
  /** Higher than of all controllers before. */
  readonly token: number;
  readonly sinceMs: number;
}

export interface ClusterStatus {
  readonly version: 1;
  readonly cluster: string;
  /** False when every node refuses connections: nothing of the cluster runs. */
  readonly running: boolean;
  /** True when there is no problem. */
  readonly healthy: boolean;
  /** One line: health, then how much there is of everything. */
  readonly summary: string;
  /** The most harmful first. */
  readonly problems: readonly Problem[];
  /** Where encoders publish to, without the stream key. */
  readonly ingest: readonly Place[];
  readonly regions: readonly RegionStatus[];
  readonly nodes: readonly NodeStatus[];
  readonly streams: readonly StreamStatus[];
  /** The node whose store takes writes; null while it is away. */
  readonly storeNode: string | null;
  /** Null when nobody knows of one, as while the store is away. */
  readonly controller: ControllerStatus | null;
  /** The newest ring that a node goes by. */
  readonly ring: { readonly epoch: number } | null;
  /** Replicas that move or should, those under way first; the first hundred of `movesTotal`. */
  readonly moves: readonly MoveReport[];
  readonly movesTotal: number;
}
