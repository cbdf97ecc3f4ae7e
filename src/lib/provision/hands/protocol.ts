/**
 * The conversation with the hands on a machine: the program itself, run there as root over one ssh call, reads
 * requests from standard input and answers each on standard output, a JSON document a line. The end of its input is
 * its end. Types only.
 */
import type { ErrorCode } from '../../base/errors.ts';
import type { PortState } from '../../health/collect-cluster.ts';
import type { UnitReport } from '../../health/report.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Change } from '../changes.ts';
import type { MeshFacts, MeshPlan } from '../mesh/mesh.ts';
import type { NodePlan } from '../plan-nodes.ts';
import type { VerifiedMedia } from '../ring/verify-media.ts';
import type { SecretFile } from '../secrets.ts';
import type { AccessActions } from './access-actions.ts';
import type { HoldRequest } from './hold-machine.ts';
import type { UpgradeActions } from './upgrade-actions.ts';

/** Raised when an older program could misunderstand a request. */
export const HANDS_VERSION = 1;

/** What every request says. */
export interface HandsPlace {
  /** Folder of the cluster on the machine. */
  readonly clusterDir: string;
  /** False: say what would change, and change nothing. */
  readonly apply: boolean;
}

/** The node as it should be. */
export interface NodeRequest extends HandsPlace {
  readonly plan: NodePlan;
}

export interface WriteRequest extends NodeRequest {
  /** Those that this node needs, and no others; with their paths on the machine. */
  readonly secrets: readonly SecretFile[];
  /** Folder of the program on the machine, which has the player page. */
  readonly program: string;
}

export interface MeshFactsRequest extends HandsPlace {
  readonly node: string;
  readonly interfaceName: string;
}

export interface MeshRequest extends HandsPlace {
  readonly node: string;
  readonly plan: MeshPlan;
}

export interface VerifyRequest extends HandsPlace {
  readonly node: Peer;
  readonly stream: string;
  readonly timeoutMs: number;
}

export interface UnitsRequest extends HandsPlace {
  readonly node: string;
}

export interface ProbeRequest extends HandsPlace {
  readonly places: readonly { readonly address: string; readonly port: number }[];
}

export interface TidyRequest extends HandsPlace {
  /** Null: the machine is no node of the cluster any more. */
  readonly plan: NodePlan | null;
  /** Digest of the program that stays. */
  readonly program: string;
  readonly interfaceName: string;
}

export interface DownRequest extends HandsPlace {
  readonly purge: boolean;
  /** Of the mesh; null: there is none. */
  readonly interfaceName: string | null;
}

/** What hands can do, and what each takes and gives. */
export interface HandsActions extends UpgradeActions, AccessActions {
  /** Keeps other commands from this machine until these hands end. */
  hold: { takes: HoldRequest; gives: null };
  /** Makes the key of the mesh unless there is one. */
  meshFacts: { takes: MeshFactsRequest; gives: MeshFacts };
  mesh: { takes: MeshRequest; gives: null };
  /** Waits for the others; gives the names of those that are not heard. */
  meshWait: { takes: MeshRequest; gives: readonly string[] };
  /** Looks whether what must start can: ports. */
  check: { takes: NodeRequest; gives: null };
  write: { takes: WriteRequest; gives: null };
  /** Which units have to be started or restarted. */
  look: { takes: NodeRequest; gives: readonly UnitKind[] };
  start: { takes: NodeRequest; gives: readonly UnitKind[] };
  tidy: { takes: TidyRequest; gives: null };
  /** Plays a stream through the node's origin. */
  verify: { takes: VerifyRequest; gives: VerifiedMedia };
  /** Whether something takes connections at each place, as the machine sees it. */
  probe: { takes: ProbeRequest; gives: readonly PortState[] };
  /** How the node's units are, those of its agent too. */
  units: { takes: UnitsRequest; gives: readonly UnitReport[] };
  down: { takes: DownRequest; gives: { readonly stopped: number; readonly killed: number } };
}

export type HandsAction = keyof HandsActions;

export interface UnitKind {
  readonly unit: string;
  readonly kind: 'none' | 'start' | 'restart';
}

export interface HandsRequest<Action extends HandsAction = HandsAction> {
  readonly version: typeof HANDS_VERSION;
  readonly action: Action;
  readonly takes: HandsActions[Action]['takes'];
}

/** A failure as it travels: the fields of a StreamctlError. */
export interface HandsFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: unknown;
}

export interface HandsAnswer<Action extends HandsAction = HandsAction> {
  /** What was changed, or would be; also when it failed after them. */
  readonly changes: readonly Change[];
  readonly gives: HandsActions[Action]['gives'] | null;
  readonly failure: HandsFailure | null;
}
