import { awaitFollowers } from '../../store/await-followers.ts';
import { connectStore, type Store } from '../../store/store.ts';
import { siteOf } from '../../store/store-site.ts';
import type { UpContext } from '../context.ts';

/** A store that starts copies all that the others have. */
const FOLLOW_MS = 20_000;

/** Opens the store of the cluster that a workflow works on. Throws NOT_RUNNING when it does not answer. */
export async function openStore({
  spec,
  layout,
  reach,
}: Pick<UpContext, 'spec' | 'layout' | 'reach'>): Promise<Store> {
  const store = await connectStore({
    ...siteOf(spec.cluster, spec.nodes),
    user: 'operator',
    reach,
    passwordFile: layout.redisPassword,
    keySecretFile: layout.keySecret,
  });
  try {
    await awaitFollowers(store, FOLLOW_MS);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}
