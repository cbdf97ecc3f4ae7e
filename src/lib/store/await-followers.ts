import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import type { Store } from './store.ts';

const LOOK_MS = 100;

/**
 * Of several stores: waits until another one follows the one that takes writes, which takes none before. Throws NOT_RUNNING
 * when none does by the limit.
 */
export async function awaitFollowers(store: Store, limitMs: number): Promise<void> {
  if (!store.isReplicated) return;
  const deadline = performance.now() + limitMs;
  for (;;) {
    const info = await store.redis.info('replication').catch(() => '');
    if (Number(/min_slaves_good_slaves:(\d+)/.exec(info)?.[1] ?? 0) > 0) return;
    if (performance.now() > deadline) {
      throw new StreamctlError(
        'NOT_RUNNING',
        'change the store: no other store follows it, so it takes no writes',
        {
          hint: 'Look at `streamctl logs NODE redis` of the other stores.',
        },
      );
    }
    await sleep(LOOK_MS);
  }
}
