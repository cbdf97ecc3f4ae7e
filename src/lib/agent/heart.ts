/** How the store knows that this agent lives: all that it has to say each second, and a sign of life in between. */
import { startPokedLoop } from '../base/poked-loop.ts';
import { writePulse } from '../store/heartbeats.ts';
import type { AgentState } from './agent-state.ts';
import { beat } from './report.ts';

const BEAT_MS = 1000;
/** The controller looks at a node that missed two of them. Longer: a dead node is noticed later. */
const PULSE_MS = 250;
/** An agent that has had nothing to say for so long gives no sign of life: it runs, and does not work. */
const MUTE_MS = 3000;

/** Starts both; `close()` resolves when neither writes any more. */
export function startHeart(state: AgentState): { close(): Promise<void> } {
  const { store, clock, config } = state.deps;
  let saidMs = Number.NEGATIVE_INFINITY;
  const beats = startPokedLoop(async () => {
    if (await beat(state)) saidMs = clock.nowMs();
  }, BEAT_MS);
  const pulses = startPokedLoop(async () => {
    if (clock.nowMs() - saidMs < MUTE_MS) await writePulse(store, config.node.name).catch(() => undefined);
  }, PULSE_MS);
  return { close: async () => void (await Promise.all([beats.close(), pulses.close()])) };
}
