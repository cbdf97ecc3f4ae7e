import { StreamctlError } from '../base/errors.ts';
import type { Store } from './store.ts';

/** Longer than to the other side of the world and back; the store of a command waits no longer. */
const CONFIRM_MS = 1000;

/**
 * Resolves when another store has what this connection wrote last, so that losing one store does not lose it. Throws
 * NOT_RUNNING when none says so in time: what was written stands, unless the store that took it is lost now. With one
 * store alone it does nothing.
 */
export async function confirmWritten(store: Store, what: string): Promise<void> {
  if (!store.isReplicated) return;
  const count = await store.redis.wait(1, CONFIRM_MS);
  if (count > 0) return;
  throw new StreamctlError('NOT_RUNNING', `${what}: it is written, but no other store has confirmed it`, {
    hint: 'Look whether it is there when `streamctl status` is calm again; if it is not, repeat it.',
  });
}
