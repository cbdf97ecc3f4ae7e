/** One agent's collaborators and what it remembers between its rounds. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';
import type { Store } from '../store/store.ts';
import { type KnownState, loadKnownState } from './known-state.ts';
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
}

export interface AgentState {
  readonly deps: AgentDeps;
  readonly startedMs: number;
  readonly knownFile: string;
  readonly pipelines: PipelineUnits;
  readonly sessions: SessionSync;
  readonly refused: { wrongKey: number; inUse: number };
  readonly lastLiveMs: Map<string, number>;
  /** Streams whose pipeline said that it ended. */
  ended: ReadonlySet<string>;
  known: KnownState;
  store: 'up' | 'down';
}

/** Creates the state of an agent that has just started: it remembers what its last run knew. */
export async function createAgentState(deps: AgentDeps): Promise<AgentState> {
  const { config, store, clock, log } = deps;
  const knownFile = join(config.dirs.data, 'agent-known.json');
  return {
    deps,
    startedMs: clock.nowMs(),
    knownFile,
    pipelines: new PipelineUnits(config, deps.ownServices, log),
    sessions: new SessionSync({ node: config.node, store, clock }),
    refused: { wrongKey: 0, inUse: 0 },
    lastLiveMs: new Map(),
    ended: new Set(),
    known: await loadKnownState(knownFile),
    store: 'down',
  };
}
