import type { Peer } from '../../nodes/node-config.ts';
import { loadRing } from '../../store/ring.ts';
import type { UpContext } from '../context.ts';
import { mayLackStore } from '../left-out.ts';
import { openStore } from './open-store.ts';

/**
 * Finds those of the nodes that leave which the ring may still have: what they carry has not moved away. A plan takes it that they
 * will have left, unless the store may be away.
 */
export async function findUndrained(context: UpContext): Promise<readonly Peer[]> {
  const { changes } = context;
  const leaving = context.leaving.filter(({ roles }) => roles.includes('origin'));
  if (leaving.length === 0) return [];
  const store = await openStore(context).catch(() => null);
  if (store === null) return changes.applies || mayLackStore(context) ? leaving : [];
  try {
    const ring = changes.applies ? await loadRing(store) : null;
    return leaving.filter(({ name }) => ring?.nodes.some((node) => node.name === name) === true);
  } finally {
    store.close();
  }
}
