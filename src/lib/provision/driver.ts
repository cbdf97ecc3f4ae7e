/** What the steps of `up` do on machines: on this one (local/), or on many over ssh (remote/). */
import type { Peer } from '../nodes/node-config.ts';
import type { Changes } from './changes.ts';
import type { StepReport, UpContext } from './context.ts';
import type { HandsAction, HandsActions } from './hands/protocol.ts';
import type { VerifiedMedia } from './ring/verify-media.ts';

export interface Playing {
  readonly node: Peer;
  readonly stream: string;
  readonly timeoutMs: number;
}

/** Hands that do single things where a node is. */
export interface NodeHands {
  /** Asks for one action; what it changed is noted in `changes`. Throws what the action throws. */
  ask<Action extends HandsAction>(
    action: Action,
    takes: HandsActions[Action]['takes'],
    changes: Changes,
  ): Promise<HandsActions[Action]['gives']>;
}

/** A program that machines have. */
export interface InstalledProgram {
  readonly digest: string;
  /** Null of one that does not say. */
  readonly version: string | null;
  /** Nodes whose machines have it. */
  readonly nodes: readonly string[];
}

export interface Driver {
  /** Folder of the cluster on a machine, absolute. */
  readonly machineDir: string;
  /** Looks whether the machines can run the cluster; fills in the program, the nodes and those that leave. */
  check(context: UpContext, report: StepReport): Promise<string>;
  /** Brings packages, secrets and the program, and makes sure that what must start can. */
  prepare(context: UpContext, report: StepReport): Promise<string>;
  /** Writes the files of the planned nodes. */
  write(context: UpContext, report: StepReport): Promise<void>;
  /** Starts what is missing and restarts what changed; says what that was. Throws UNHEALTHY. */
  start(context: UpContext, report: StepReport): Promise<string>;
  /** Stops and removes what the spec does not have. */
  tidy(context: UpContext, report: StepReport): Promise<void>;
  /** Plays a stream through a node's origin, from its own machine. Throws UNHEALTHY. */
  verify(context: UpContext, play: Playing): Promise<VerifiedMedia>;
  /** Whether a unit of the node runs. */
  runs(context: UpContext, node: string): Promise<boolean>;
  /** Which programs of the cluster are where its nodes are; changes nothing. */
  programs(context: UpContext): Promise<readonly InstalledProgram[]>;
  /** Opens the hands of one node, after `prepare`. */
  hands(node: Peer, context: UpContext): Promise<NodeHands>;
  /** Gives back what was held open; may be called twice. */
  close(): Promise<void>;
}
