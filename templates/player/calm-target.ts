/** Takes back what stalls have added to hls.js's target latency, when the player has been calm for a while. */
import type Hls from 'hls.js';
import { ErrorDetails, Events } from 'hls.js';
import { HLS_CONFIG } from '../../src/lib/player/hls-config.ts';
import { StallMemory } from '../../src/lib/player/stall-memory.ts';

const STEP_SEC = HLS_CONFIG.liveSyncOnStallIncrease;

/** Follows one hls.js; returns what to call now and then. */
export function calmTarget(hls: Hls): () => void {
  let memory: StallMemory | null = null;
  hls.on(Events.ERROR, (_, { details }) => {
    const { targetduration } = hls.latestLevelDetails ?? {};
    if (details !== ErrorDetails.BUFFER_STALLED_ERROR || targetduration === undefined) return;
    memory ??= new StallMemory(Math.floor(targetduration / STEP_SEC));
    memory.stalled(performance.now());
  });
  return () => {
    const { latestLevelDetails, targetLatency } = hls;
    if (memory === null || latestLevelDetails === null || targetLatency === null) return;
    const { partHoldBack, holdBack, targetduration } = latestLevelDetails;
    const calmSec = partHoldBack || holdBack || 3 * targetduration;
    const wantedSec = calmSec + memory.steps(performance.now()) * STEP_SEC;
    // Setting it makes hls.js forget its stalls, so it is done only to go back.
    if (wantedSec < targetLatency - STEP_SEC / 2) hls.targetLatency = wantedSec;
  };
}
