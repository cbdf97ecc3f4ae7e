/** What this node says of itself, for `GET /v1/status` and for its heartbeat. */
import type { AgentReport, OriginReport } from '../health/report.ts';
import { writeHeartbeat } from '../store/heartbeats.ts';
import type { AgentState } from './agent-state.ts';
import { judgeHealth } from './judge-health.ts';
import { measureLoad } from './measure-load.ts';

const ORIGIN_TIMEOUT_MS = 500;

/** Looks at units, origin and machine, and says how the node is. */
export async function createReport(state: AgentState): Promise<AgentReport> {
  const { config, nodeServices, ownServices, clock } = state.deps;
  const { node, cluster, dirs } = config;
  const [nodeUnits, ownUnits, origin, load] = await Promise.all([
    nodeServices.list(),
    ownServices.list(),
    loadOriginReport(`http://${node.address}:${node.ports.origin}/status`),
    measureLoad(dirs.node),
  ]);
  const units = [...nodeUnits, ...ownUnits];
  return {
    version: 1,
    cluster,
    node: node.name,
    region: node.region,
    roles: node.roles,
    nowMs: clock.nowMs(),
    startedMs: state.startedMs,
    ...judgeHealth({ roles: node.roles, units, origin }),
    load,
    units,
    sessions: state.sessions.local.map(({ stream, sessionId, clientAddress }) => ({
      stream,
      sessionId,
      clientAddress,
    })),
    refused: { ...state.refused },
    origin,
    store: state.store,
  };
}

/** Writes the heartbeat and notes which pipelines say that they ended. */
export async function beat(state: AgentState): Promise<void> {
  try {
    const report = await createReport(state);
    state.ended = new Set(
      (report.origin?.streams ?? [])
        .filter(({ relay, status }) => !relay && status?.state === 'ended')
        .map(({ stream }) => stream),
    );
    const { node, region, nowMs: atMs, health, load } = report;
    await writeHeartbeat(state.deps.store, { node, region, atMs, health, load, replicas: [] });
  } catch (error) {
    state.deps.log.debug({ err: error }, 'no heartbeat');
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
