/**
 * Taking turns at changing the ring. Planning takes a while, and of a hundred who plan at once one would win a race and
 * ninety-nine start over. A turn only spares work: what keeps changes from being lost is the epoch (ring.ts).
 */
import { runRingScript } from './run-ring-script.ts';
import { END_RING_TURN } from './scripts/ring.ts';
import type { Store } from './store.ts';

/** Whoever dies in its turn holds others up for so long; a plan for 10,000 streams takes less. */
const TURN_MS = 3000;

/** Takes the turn when nobody has it. `token` tells those who wait apart. */
export async function takeRingTurn(store: Store, token: string): Promise<boolean> {
  return (await store.redis.set(store.keys.ringTurn, token, 'PX', TURN_MS, 'NX')) === 'OK';
}

/** Ends a turn; does nothing when it is another's. */
export async function endRingTurn(store: Store, token: string): Promise<void> {
  await runRingScript(store, END_RING_TURN, { keys: [store.keys.ringTurn], args: [token] });
}
