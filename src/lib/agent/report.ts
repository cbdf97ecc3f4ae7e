/** What this node says of itself, for `GET /v1/status` and for its heartbeat. */
import { dirname } from 'node:path';
import type { AgentReport, OriginReport } from '../health/report.ts';
import { loadUpgradeMark } from '../nodes/program-marks.ts';
import { writeHeartbeat } from '../store/heartbeats.ts';
import type { AgentState } from './agent-state.ts';
import { judgeHealth, type RingEpochs } from './judge-health.ts';
import { measureLoad } from './measure-load.ts';
import { reportReplicas } from './report-replicas.ts';

const ORIGIN_TIMEOUT_MS = 500;

/** Looks at units, origin and machine, and says how the node is. */
export async function createReport(state: AgentState): Promise<AgentReport> {
  const { config, nodeServices, ownServices, clock } = state.deps;
  const { node, cluster, dirs } = config;
  const [nodeUnits, ownUnits, origin, load, upgrade] = await Promise.all([
    nodeServices.list(),
    ownServices.list(),
    loadOriginReport(`http://${node.address}:${node.ports.origin}/status`),
    measureLoad(dirs.node, state.cpu),
    loadUpgradeMark(dirname(dirname(dirs.node))),
  ]);
  const units = [...nodeUnits, ...ownUnits];
  const { placed, ring } = state.known;
  noteEnded(state, origin);
  return {
    version: 1,
    cluster,
    node: node.name,
    region: node.region,
    roles: node.roles,
    nowMs: clock.nowMs(),
    startedMs: state.startedMs,
    ...judgeHealth({ roles: node.roles, units, origin, rings: ringsOf(state) }),
    load,
    units,
    sessions: state.sessions.local.map(({ stream, sessionId, clientAddress, fitness }) => ({
      ...{ stream, sessionId, clientAddress },
      ...(fitness === undefined ? {} : { fitness }),
    })),
    refused: { ...state.refused },
    origin,
    store: state.store,
    storeNode: storeNodeOf(state),
    replicas: reportReplicas({ units: ownUnits, origin, placed, isOver: state.isOver }),
    ring: ring === null ? null : { epoch: ring.epoch, replicas: ring.replicas },
    placed: placed.size,
    controller: state.controller.status(),
    program: state.program,
    upgrade,
  };
}

/** Remembered beyond the unit, which is removed then, and the origin's window. */
function noteEnded({ ended }: AgentState, origin: OriginReport | null): void {
  for (const { stream, status } of origin?.streams ?? []) {
    if (status?.state === 'ended') ended.add(stream);
    else ended.delete(stream);
  }
}

/** By the address that the connection leads to: with Sentinels that of the store which takes writes. */
function storeNodeOf({ deps: { config, store } }: AgentState): string | null {
  const address = store.redis.stream?.remoteAddress;
  return config.peers.find((peer) => peer.address === address && peer.roles.includes('store'))?.name ?? null;
}

function ringsOf({ known, store, storeEpoch }: AgentState): RingEpochs | null {
  if (store === 'down' || storeEpoch === null || known.ring === null) return null;
  return { known: known.ring.epoch, store: storeEpoch };
}

/** Writes the heartbeat, and remembers what it says of pipelines; false when it could not be written. */
export async function beat(state: AgentState): Promise<boolean> {
  try {
    const report = await createReport(state);
    state.replicas = report.replicas;
    const { node, region, nowMs: atMs, health, load, replicas } = report;
    await writeHeartbeat(state.deps.store, { node, region, atMs, health, load, replicas });
    return true;
  } catch (error) {
    state.deps.log.debug({ err: error }, 'no heartbeat');
    return false;
  }
}

async function loadOriginReport(url: string): Promise<OriginReport | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ORIGIN_TIMEOUT_MS) });
    return response.ok ? ((await response.json()) as OriginReport) : null;
  } catch {
    return null;
  }
}
