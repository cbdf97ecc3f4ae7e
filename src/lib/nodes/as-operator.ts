import type { StoreAccess } from '../store/store-site.ts';
import { siteOf } from '../store/store-site.ts';
import type { ClusterView } from './cluster-view.ts';
import { createReach } from './reach.ts';

/** How a command reaches the store of a cluster, and as whom. Throws SPEC_INVALID when no node holds it. */
export function asOperator(view: Pick<ClusterView, 'name' | 'peers' | 'files' | 'ssh'>): StoreAccess {
  const { name, peers, files } = view;
  return {
    ...siteOf(name, peers),
    user: 'operator',
    passwordFile: files.redisPassword,
    reach: createReach(view),
  };
}
