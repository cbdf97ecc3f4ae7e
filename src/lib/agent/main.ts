/**
 * The agent of a node: lets publishers in, keeps the pipelines that are placed here running, and says how the node
 * is.
 *
 * It is not on the way of the media: killed, or with the store away, everything that plays goes on. Invariants: what
 * it does not know it does not remove; a round that failed is made up by the next; no stream key is written anywhere.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import { startPokedLoop } from '../base/poked-loop.ts';
import { untilTold } from '../base/until-told.ts';
import { startController } from '../controller/start-controller.ts';
import { lookAtOrigin } from '../health/look-at-origin.ts';
import { checkNodeConfig, loadNodeConfig } from '../nodes/load-node-config.ts';
import { watchNodeClock } from '../nodes/node-clock.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import { dynamicServices, staticServices } from '../nodes/node-services.ts';
import { watchJson } from '../nodes/watch-json.ts';
import { keepStoreConnected, type Store } from '../store/store.ts';
import { siteOf } from '../store/store-site.ts';
import { watchChanges } from '../store/watch-changes.ts';
import { type AgentDeps, createAgentState } from './agent-state.ts';
import { startHeart } from './heart.ts';
import { heedChange } from './heed-change.ts';
import { reconcile } from './reconcile.ts';
import { createAgentServer } from './server.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

const ROUND_MS = 1000;
/** However many changes are told: a publisher waits no longer than this for its pipeline to be started. */
const ROUND_GAP_MS = 50;
const SWEEP_MS = 60_000;

/**
 * Runs until SIGTERM or SIGINT. Throws when the node's configuration or address cannot be used, and when the machine's clock was
 * set: its supervisor starts it anew.
 */
export async function runAgent(options: { readonly configFile: string }): Promise<void> {
  const config = await loadNodeConfig(options.configFile);
  const watched = watchJson(options.configFile, { initial: config, parse: checkNodeConfig });
  const log = createLogger('agent');
  await mkdir(config.dirs.data, { recursive: true });
  const clock = watchNodeClock(config.dirs.data);
  const store = await openStore(config, clock);
  const agent = await startAgent({
    // What may change while the agent runs: the cluster's nodes and streams, not this node's place.
    get config() {
      return watched.current;
    },
    store,
    ...createServices(config),
    clock,
    log,
  });
  const failure = await untilTold();
  watched.close();
  clock.close();
  await agent.close();
  store.close();
  if (failure !== null) throw failure;
}

/** Starts an agent on given collaborators; `close()` leaves its pipelines running. */
export async function startAgent(deps: AgentDeps): Promise<{ close(): Promise<void> }> {
  const { config, store, log } = deps;
  const state = await createAgentState(deps);
  state.pipelines.renew((await state.pipelines.list()).keys());
  const round = startPokedLoop(() => reconcile(state), { intervalMs: ROUND_MS, minGapMs: ROUND_GAP_MS });
  const heart = startHeart(state);
  const broom = startPokedLoop(() => sweepLeftovers(state), SWEEP_MS);
  const server = createAgentServer({ state, poke: round.poke });
  await server.listen({ host: config.node.address, port: config.node.ports.agent });
  log.info({ address: config.node.address, port: config.node.ports.agent }, 'listening');
  const controller = (deps.control ?? startController)({
    node: config.node.name,
    store,
    clock: deps.clock,
    log,
    config: () => deps.config,
    observe: lookAtOrigin,
    knownRing: () => state.known.ring,
  });
  state.controller = controller;
  const watch = watchChanges(store, (word) => {
    if (heedChange(state, word)) round.poke();
    controller.note(word);
  });
  return {
    close: async () => {
      watch.close();
      await server.close();
      await Promise.all([round.close(), heart.close(), broom.close(), controller.close()]);
      await state.pipelines.settle();
    },
  };
}

async function openStore(config: NodeConfig, clock: Clock): Promise<Store> {
  const { cluster, peers, node, storeUser, files } = config;
  return await keepStoreConnected({
    ...siteOf(cluster, peers),
    ...(storeUser === undefined ? {} : { user: storeUser }),
    clock,
    passwordFile: files.redisPassword,
    keySecretFile: node.roles.includes('ingest') ? files.keySecret : null,
  });
}

function createServices(config: NodeConfig): Pick<AgentDeps, 'nodeServices' | 'ownServices'> {
  const { dirs, node, supervisor } = config;
  const clusterDir = dirname(dirname(dirs.node));
  return {
    nodeServices: staticServices(clusterDir, node.name, supervisor),
    ownServices: dynamicServices(clusterDir, node.name, supervisor),
  };
}
