/** One agent's collaborators and what it remembers between its rounds. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { startController } from '../controller/start-controller.ts';
import type { ControllerReport, ProgramMark, ReplicaReport } from '../health/report.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import { loadProgramMark } from '../nodes/program-marks.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';
import type { Store } from '../store/store.ts';
import { CpuMeter } from './cpu-meter.ts';
import { KnownState } from './known-state.ts';
import { PipelineUnits } from './pipeline-units.ts';
import { SessionSync } from './session-sync.ts';

export interface AgentDeps {
  readonly config: NodeConfig;
  readonly store: Store;
  /** Units made by `up`; the agent only looks at them. */
  readonly nodeServices: ServiceManager;
  /** Units made by the agent. */
  readonly ownServices: ServiceManager;
  readonly clock: Clock;
  readonly log: Logger;
  /** Starts the controller; tests of an agent alone give one that does nothing. */
  readonly control?: typeof startController;
}

export interface AgentState {
  readonly deps: AgentDeps;
  readonly startedMs: number;
  /** The program that this agent is of, whatever its node's files name by now. */
  readonly program: ProgramMark;
  readonly known: KnownState;
  readonly pipelines: PipelineUnits;
  readonly sessions: SessionSync;
  readonly refused: { wrongKey: number; inUse: number; noCapacity: number };
  /** When each stream was last seen live, or first seen at all; Unix milliseconds, as all times here. */
  readonly lastLiveMs: Map<string, number>;
  /** Since when streams that run here have been placed nowhere. */
  readonly unplacedSinceMs: Map<string, number>;
  /** Publishers' clients whose key was ended, and since when: nginx hangs up on them. */
  readonly cutOff: Map<string, number>;
  /** Streams whose pipeline said that it ended, until they are live again or not placed here any more. */
  readonly ended: Set<string>;
  readonly cpu: CpuMeter;
  /** What the last heartbeat said of this node's pipelines. */
  replicas: readonly ReplicaReport[];
  /** Whether a stream's time is over, as the last round saw it. */
  isOver: (stream: string) => boolean;
  store: 'up' | 'down';
  /** What this node knows and does of the cluster's controller. */
  controller: { status(): ControllerReport | null };
  /** Of the ring in the store when last seen, 0 for none; null before the store was seen. */
  storeEpoch: number | null;
  /** A stream or a key was changed since the keys were read. */
  keysChanged: boolean;
  keysReadMs: number;
  keysCountedMs: number;
}

/** Creates the state of an agent that has just started: it remembers what its last run knew. */
export async function createAgentState(deps: AgentDeps): Promise<AgentState> {
  const { config, store, clock, log } = deps;
  return {
    deps,
    startedMs: clock.nowMs(),
    program: await loadProgramMark(config.files.program),
    known: await KnownState.load(config.dirs.data),
    pipelines: new PipelineUnits(config, deps.ownServices, log),
    sessions: new SessionSync({ node: config.node, store, clock }),
    refused: { wrongKey: 0, inUse: 0, noCapacity: 0 },
    lastLiveMs: new Map(),
    unplacedSinceMs: new Map(),
    cutOff: new Map(),
    ended: new Set(),
    cpu: new CpuMeter(),
    replicas: [],
    isOver: () => false,
    store: 'down',
    controller: { status: () => null },
    storeEpoch: null,
    keysChanged: true,
    keysReadMs: 0,
    keysCountedMs: 0,
  };
}
