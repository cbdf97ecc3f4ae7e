/** One round of the agent: sessions in step, pipelines as placed. */
import { settingsOf } from '../nodes/settings-of.ts';
import { placeReplicas } from '../placement/place-replicas.ts';
import type { AgentState } from './agent-state.ts';
import { formatKnownState, saveKnownState } from './known-state.ts';
import { collectLiveStreams, loadStoreFacts, type StoreFacts } from './observe-streams.ts';
import { planPipelines } from './plan-pipelines.ts';

/** Runs one round. Throws nothing: what could not be done is done by the next. */
export async function reconcile(state: AgentState): Promise<void> {
  try {
    const facts = await loadStoreFacts(state.deps.store, state.lastLiveMs.keys());
    state.store = facts === null ? 'down' : 'up';
    if (facts !== null) await remember(state, facts);
    const { roles } = state.deps.config.node;
    if (roles.includes('ingest')) await state.sessions.sync(facts?.sessions ?? []);
    if (roles.includes('origin')) await reconcilePipelines(state, facts);
  } catch (error) {
    state.deps.log.error({ err: error }, 'a round failed');
  }
}

async function remember(state: AgentState, facts: StoreFacts): Promise<void> {
  const text = formatKnownState(facts);
  const isNew = text !== formatKnownState(state.known);
  state.known = { streams: facts.streams, keys: facts.keys };
  if (isNew) await saveKnownState(state.knownFile, text);
}

async function reconcilePipelines(state: AgentState, facts: StoreFacts | null): Promise<void> {
  const { config, clock } = state.deps;
  const elsewhere = facts?.sessions.map((session) => session.stream) ?? (await collectLiveStreams(config));
  const live = new Set([...elsewhere, ...state.sessions.local.map((session) => session.stream)]);
  const nowMs = clock.nowMs();
  const units = await state.pipelines.list();
  for (const stream of [...live, ...units.keys()]) {
    if (live.has(stream) || !state.lastLiveMs.has(stream)) state.lastLiveMs.set(stream, nowMs);
  }
  const plan = planPipelines({
    nowMs,
    live,
    liveIsComplete: facts !== null,
    isPlacedHere: (stream) =>
      placeReplicas(config.regions, config.peers, stream).some(({ node }) => node === config.node.name),
    units,
    lastLiveMs: state.lastLiveMs,
    ended: state.ended,
    slateMaxSec: (stream) => settingsOf(config, stream).slate.maxSec,
  });
  state.pipelines.apply(plan);
  for (const stream of plan.remove) state.lastLiveMs.delete(stream);
}
