/** One round of the agent: sessions in step, pipelines as placed. */
import { settingsOf } from '../nodes/settings-of.ts';
import { loadPlacementsOf } from '../store/placements.ts';
import type { AgentState } from './agent-state.ts';
import { openContribution } from './contribution-client.ts';
import { cutOffEndedKeys } from './cut-off.ts';
import { judgeByStore, judgeWithoutStore } from './judge-seats.ts';
import { collectLiveStreams } from './live-streams.ts';
import { lookAtStore, type StoreLook } from './look-at-store.ts';
import { isOver, planPipelines, type Seat } from './plan-pipelines.ts';

/** Runs one round. Throws nothing: what could not be done is done by the next. */
export async function reconcile(state: AgentState): Promise<void> {
  try {
    const units = await state.pipelines.list();
    const look = await lookAtStore(state, units.keys());
    const { roles } = state.deps.config.node;
    if (roles.includes('ingest')) await reconcileSessions(state, look);
    if (roles.includes('origin')) await reconcilePipelines(state, { look, units });
    await state.known.save();
  } catch (error) {
    state.deps.log.error({ err: error }, 'a round failed');
  }
}

async function reconcileSessions(state: AgentState, look: StoreLook | null): Promise<void> {
  await state.sessions.sync();
  if (look === null) return;
  await cutOffEndedKeys(state);
  const unplaced = state.sessions.local.filter(({ placed }) => placed === false);
  const placements = await loadPlacementsOf(
    state.deps.store,
    unplaced.map(({ stream }) => stream),
  );
  for (const session of unplaced.filter(({ stream }) => (placements.get(stream)?.replicas.length ?? 0) > 0)) {
    await openContribution(state.deps.config.node, { ...session, placed: true });
  }
}

interface PipelineRound {
  readonly look: StoreLook | null;
  readonly units: ReadonlyMap<string, { readonly isUp: boolean }>;
}

async function reconcilePipelines(state: AgentState, { look, units }: PipelineRound): Promise<void> {
  const { config, clock } = state.deps;
  const { live, liveIsComplete, seatOf } = await judge(state, { look, units });
  const candidates = new Set([...live, ...state.known.placed.keys()]);
  noteLive(state, { live, present: new Set([...candidates, ...units.keys()]) });
  const facts = {
    nowMs: clock.nowMs(),
    live,
    liveIsComplete,
    candidates,
    seatOf,
    units,
    lastLiveMs: state.lastLiveMs,
    ended: state.ended,
    slateMaxSec: (stream: string) => settingsOf(config, stream).slate.maxSec,
  };
  state.pipelines.apply(planPipelines(facts));
  state.isOver = (stream) => isOver({ ...facts, nowMs: clock.nowMs(), ended: state.ended }, stream);
}

interface Judgement {
  readonly live: ReadonlySet<string>;
  readonly liveIsComplete: boolean;
  readonly seatOf: (stream: string) => Seat;
}

async function judge(state: AgentState, { look, units }: PipelineRound): Promise<Judgement> {
  const seen = [...(look?.live ?? []), ...seenHere(state)];
  if (look !== null && look.placed !== null) {
    const live = new Set(seen);
    const seatOf = await judgeByStore(state, live, units.keys());
    return { live, liveIsComplete: true, seatOf };
  }
  state.unplacedSinceMs.clear();
  const found = await collectLiveStreams(state.deps.config);
  const live = new Set([...found.live.map(({ stream }) => stream), ...seen]);
  return { live, liveIsComplete: found.isComplete, seatOf: judgeWithoutStore(state, found.live) };
}

/** Published on this node, or made here of what a publisher sends: true even when the store has lost the session. */
function seenHere({ sessions, replicas }: AgentState): string[] {
  const made = replicas.filter(({ state, fresh }) => state === 'live' && fresh);
  return [...sessions.local, ...made].map(({ stream }) => stream);
}

/** Notes when each stream was last live, or first seen; forgets those that are nowhere here any more. */
function noteLive(
  { lastLiveMs, ended, deps }: AgentState,
  { live, present }: { readonly live: ReadonlySet<string>; readonly present: ReadonlySet<string> },
): void {
  const nowMs = deps.clock.nowMs();
  for (const stream of present)
    if (live.has(stream) || !lastLiveMs.has(stream)) lastLiveMs.set(stream, nowMs);
  for (const stream of lastLiveMs.keys()) if (!present.has(stream)) lastLiveMs.delete(stream);
  for (const stream of ended) if (live.has(stream) || !present.has(stream)) ended.delete(stream);
}
