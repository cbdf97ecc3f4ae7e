/** What the steps of `up` share. */

import type { Reach } from '../base/reach.ts';
import type { ClusterLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { Templates } from '../render/node-files.ts';
import type { LoadedSpec } from '../spec/load.ts';
import type { Changes } from './changes.ts';
import type { Driver } from './driver.ts';
import type { MachineHolder } from './hands/hold-machine.ts';
import type { NodePlan } from './plan-nodes.ts';
import type { Program } from './program.ts';

/** A stream that `up` made, with its key in clear: to be shown once. */
export interface MadeStream {
  readonly name: string;
  readonly key: string;
}

export interface UpContext {
  readonly spec: LoadedSpec;
  /** Folder of all clusters. */
  readonly home: string;
  readonly layout: ClusterLayout;
  /** What is done on machines. */
  readonly driver: Driver;
  /** How this process reaches the ports of nodes. */
  readonly reach: Reach;
  /** The built program: dist/. */
  readonly source: string;
  /** Instead of it: digest of a program that the machines have already. */
  readonly installed?: string;
  readonly templates: Templates;
  readonly version: string;
  readonly changes: Changes;
  readonly signal: AbortSignal;
  /** Nodes whose units may be started or restarted; null: all. */
  readonly only: readonly string[] | null;
  /** The command, as other commands on the same machines are told of it. */
  readonly holder: MachineHolder;
  /** Nodes of the spec that are left as they are, because their machines are away. */
  readonly without: readonly string[];
  /** The command leaves no node out: without one machine it cannot do its work. */
  readonly needsAll?: boolean;
  /** Machines that were nodes and are given up: nobody tries any more to remove what they have. */
  readonly forgotten: readonly string[];
  /** Filled by the step that locates the program. */
  program: Program | null;
  /** Filled by the step that plans; with the nodes that leave, until they have. */
  nodes: readonly NodePlan[];
  /** Filled by the step that plans: nodes that still run and that the spec no longer has. */
  leaving: readonly Peer[];
  /** Filled by the step that checks: machines that were nodes, until nothing of the cluster is there. */
  former: readonly Peer[];
  madeStreams: MadeStream[];
  /** Streams of before whose key nobody may have been shown, because the command that made it was stopped. */
  unshownStreams: string[];
}

/** What starting units takes. */
export type UnitContext = Pick<UpContext, 'layout' | 'changes' | 'signal'>;

/** How a step that takes long says what it does. */
export interface StepReport {
  /** What is going on now; the next word takes its place. */
  doing(text: string): void;
  /** Something that has happened: a line that stays. */
  happened(text: string): void;
}

/** One step of a workflow: a line for the operator, and the work, which returns what it found or did, in words. */
export interface Step<Context extends { readonly signal: AbortSignal } = UpContext> {
  readonly title: string;
  readonly run: (context: Context, report: StepReport) => Promise<string>;
}
