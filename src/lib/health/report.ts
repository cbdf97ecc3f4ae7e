/**
 * What a node says of itself: the JSON of an agent's `GET /v1/status` and of an origin's `GET /status`.
 * `streamctl status` gathers these from every node directly, so it needs neither Redis nor a controller.
 */
import type { StatusMessage, TrackInfo } from '../feed/message.ts';
import type { Fitness } from '../media/fitness.ts';
import type { Role } from '../nodes/node-config.ts';

/** Health says whether a node can serve; load says how much more it should take. */
export type Health = 'up' | 'degraded' | 'down' | 'unknown';

/** One feed that an origin receives: from a pipeline, or from another origin. */
export interface FeedReport {
  /** Node whose pipeline makes it. */
  readonly replica: string;
  /** `pipeline` when pushed by a pipeline of this node, else the node it is relayed from. */
  readonly from: string;
  readonly connectedSinceMs: number | null;
  readonly lastPartMs: number | null;
  /** How the replica is not the same as the others; null or absent while it is. */
  readonly drift?: FeedDrift | null;
}

/**
 * In what a replica differs from the others. `msn`: its numbers are off the epoch grid; `grid`: it has another segment
 * duration or part target; `behind`: its segments come later than those of the others.
 */
export type FeedDifference = 'msn' | 'start' | 'frames' | 'parts' | 'init' | 'grid' | 'behind';

export interface FeedDrift {
  readonly sinceMs: number;
  readonly differs: readonly FeedDifference[];
}

/**
 * How well an origin is supplied with a stream. `cold-start`: no part yet; `two-feeds`: two or more that deliver and are
 * the same; `one-feed`; `changing-feed`: none delivers, but what is served is not old yet; `no-feed`: it is.
 */
export type SupplyState = 'cold-start' | 'two-feeds' | 'one-feed' | 'changing-feed' | 'no-feed' | 'ended';

export interface SupplyReport {
  readonly state: SupplyState;
  readonly sinceMs: number;
  /** Replica whose parts are served now. */
  readonly serving: string | null;
  /** Times that another feed had to stand in since the origin began. */
  readonly changes: number;
  readonly lastChange: FeedChangeReport | null;
}

/** Another feed had to stand in. */
export interface FeedChangeReport {
  readonly atMs: number;
  /** Replicas. */
  readonly from: string;
  readonly to: string;
  /**
   * `missing`: its part did not come; `gone`: it ended; `slate`: it had only slate; `hole`: nobody had what came next.
   */
  readonly why: 'missing' | 'gone' | 'slate' | 'hole';
  /** Milliseconds from the last part before the change to the first after it. */
  readonly afterMs: number;
}

/** A whole segment of a replica: equal in all replicas of a stream. */
export interface SegmentMark {
  readonly msn: number;
  /** Decode time of its first sample, ticks. */
  readonly startTicks: number;
  readonly frames: number;
}

/** What the pipeline of an origin's node has sent since it connected, whether or not a relay had brought it before. */
export interface PipelineMarks {
  /** Whether parts come in time. */
  readonly fresh: boolean;
  /**
   * By id of a track: its kind, codec and newest init segment in a short form, which is equal in replicas that can stand
   * for one another. Empty until every track has a part.
   */
  readonly tracks: Readonly<Record<string, string>>;
  /** The newest whole segments of the first video track, oldest first. */
  readonly segments: readonly SegmentMark[];
  /** Segment of the newest part of that track; null before the first. */
  readonly lastMsn: number | null;
}

/** One stream as one origin has it. */
export interface OriginStreamReport {
  readonly stream: string;
  readonly health: Health;
  readonly reasons: readonly string[];
  readonly relay: boolean;
  readonly feeds: readonly FeedReport[];
  /** Absent in reports of older versions. */
  readonly supply?: SupplyReport;
  /** Of the connected pipeline of this node; null without one. Absent in reports of older versions. */
  readonly pipeline?: PipelineMarks | null;
  /** The pipeline's own words, the newest. */
  readonly status: StatusMessage | null;
  readonly tracks: readonly TrackInfo[];
  /** Wall clock minus the end of the newest video part, seconds; null before the first part. */
  readonly liveEdgeSec: number | null;
  readonly lastMsn: number | null;
  readonly firstMsn: number | null;
  /** Id of the newest segment's init, by track. Absent in reports of older versions. */
  readonly inits?: Readonly<Record<string, string>>;
  /** Measured over the last segments. */
  readonly kbps: Readonly<Record<string, number>>;
  readonly frameRate: number | null;
  readonly dvrSec: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly viewers: number;
}

export interface OriginReport {
  readonly node: string;
  readonly startedMs: number;
  readonly streams: readonly OriginStreamReport[];
  readonly rssBytes: number;
  /** What players told this edge that they left within the last 20 s; missing from an older program. */
  readonly departures?: readonly DepartureReport[];
  /** E.g. a full disk; empty when well. */
  readonly reasons: readonly string[];
}

/** Players that went elsewhere from an edge. */
export interface DepartureReport {
  readonly node: string;
  /** Why it asked elsewhere (`HedgeWhy`). */
  readonly why: 'error' | 'late' | 'stale';
  readonly players: number;
}

/** One pipeline that a node runs or should run, and what its own origin has of it: what a controller compares. */
export interface ReplicaReport extends PipelineMarks {
  readonly stream: string;
  /** As what the store placed it here (`PlacedAs`), as far as the agent knows; null: it runs all the same. */
  readonly as: 'replica' | 'joining' | null;
  /** `starting`: no part yet. `ended`: its time is over. `failed`: its unit does not stay up. */
  readonly state: 'starting' | 'live' | 'slate' | 'ended' | 'failed';
}

/** A move of a replica, as the controller sees it. */
export interface MoveReport {
  readonly stream: string;
  readonly from: string;
  /** Null when no node can take it now. */
  readonly to: string | null;
  readonly why: 'evacuate' | 'home' | 'relief' | 'pin';
  /** `queued`: others move first. `waiting`: for something that `note` says. `retrying`: it failed, and pauses. */
  readonly state: 'moving' | 'queued' | 'waiting' | 'retrying';
  /** What it waits for, in words; may be empty. */
  readonly note: string;
  /** Unix milliseconds since it moves; null while it does not. */
  readonly sinceMs: number | null;
}

/** Who is the controller, as an agent knows, and what it does if it is this one. */
export interface ControllerReport {
  readonly node: string;
  readonly token: number;
  readonly sinceMs: number;
  /** Null in the reports of nodes that are not the controller. */
  readonly work: {
    /** Unix milliseconds when the last round that went well began, and how long it took. */
    readonly roundMs: number;
    readonly roundTookMs: number;
    /** Under way and waiting, in this order, the first hundred. */
    readonly moves: readonly MoveReport[];
    /** Moves that have not begun, in all. */
    readonly planned: number;
    /** Streams without all their replicas, the first hundred, and how many in all. */
    readonly refusals: readonly {
      readonly stream: string;
      readonly atMs: number;
      readonly lack: string;
      readonly cure: string;
    }[];
    readonly refused: number;
    /** Nodes that are not up. */
    readonly verdicts: readonly {
      readonly node: string;
      readonly state: 'up' | 'down' | 'unknown';
      readonly why: string;
      readonly sinceMs: number;
    }[];
  } | null;
}

export interface UnitReport {
  readonly name: string;
  /** `starting`: asked for and not there yet. `restarting`: ended by itself a moment ago, and may again. */
  readonly state: 'starting' | 'running' | 'stopped' | 'failed' | 'restarting';
  readonly pid: number | null;
  readonly sinceMs: number | null;
}

/** A publish session on this node's ingest. */
export interface SessionReport {
  readonly stream: string;
  readonly sessionId: number;
  readonly clientAddress: string;
  /** What was seen of its picture and sound; absent in reports of older versions. */
  readonly fitness?: Fitness;
}

export interface Load {
  /** Shares of 1. The CPU's of all cores, over the last seconds: what ran, and what the host kept back. */
  readonly cpu: number;
  /** The part of it that the host of a virtual machine gave to others; absent in reports of older versions. */
  readonly stolen?: number;
  readonly memory: number;
  readonly disk: number;
}

/** A build of streamctl. */
export interface ProgramMark {
  readonly digest: string;
  /** `0.1.0`; null of one that does not say. */
  readonly version: string | null;
}

/** How far the last upgrade of the cluster came, and whose it is. */
export interface UpgradeMark {
  /** `running` also after a crash, or after a gate that stopped it: it can go on or be rolled back. */
  readonly state: 'running' | 'done' | 'rolled-back';
  /** Digest of the program that it brings. */
  readonly to: string;
  readonly startedMs: number;
  /** One more with each writing: of several copies the highest is right. */
  readonly revision: number;
  /** Who wrote it last, and where; empty in records of older versions. */
  readonly who: string;
  readonly host: string;
}

export interface AgentReport {
  readonly version: 1;
  readonly cluster: string;
  readonly node: string;
  readonly region: string;
  readonly roles: readonly Role[];
  readonly nowMs: number;
  readonly startedMs: number;
  readonly health: Health;
  readonly reasons: readonly string[];
  readonly load: Load;
  readonly units: readonly UnitReport[];
  readonly sessions: readonly SessionReport[];
  /** Publishes refused since start: wrong key, key in use, no node with room for the stream. */
  readonly refused: { readonly wrongKey: number; readonly inUse: number; readonly noCapacity: number };
  readonly origin: OriginReport | null;
  /** Whether the store answered at the last heartbeat. */
  readonly store: 'up' | 'down';
  /** The node whose store it writes to; null while it is connected to none; absent in reports of older versions. */
  readonly storeNode?: string | null;
  /** Pipelines that are placed here or run here. */
  readonly replicas: readonly ReplicaReport[];
  /** The ring that the agent goes by; null when it never heard of one. */
  readonly ring: { readonly epoch: number; readonly replicas: number } | null;
  /** Streams that the store has placed here, as far as the agent knows. */
  readonly placed: number;
  /** Who is the controller; null when the store does not answer. */
  readonly controller: ControllerReport | null;
  /** The program that the agent itself is of; absent in reports of older versions. */
  readonly program?: ProgramMark;
  /** What the node's machine knows of the last upgrade, null for none; absent in reports of older versions. */
  readonly upgrade?: UpgradeMark | null;
}

/** What an edge tells the pages of viewers beside the media: `GET /live/STREAM/state.json`, never cached. */
export interface StreamStateReport {
  readonly version: 1;
  readonly stream: string;
  readonly state: StatusMessage['state'];
  /** Unix milliseconds since the state holds. */
  readonly sinceMs: number;
  /** Node that answers, and its region. */
  readonly node: string;
  readonly region: string;
  /** The node's clock, Unix milliseconds: lets a page with a wrong clock measure its distance from live. */
  readonly nowMs: number;
}
