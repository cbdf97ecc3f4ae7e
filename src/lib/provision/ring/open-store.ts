import { connectStore, type Store } from '../../store/store.ts';
import type { UpContext } from '../context.ts';

/** Opens the store of the cluster that a workflow works on. Throws NOT_RUNNING when it does not answer. */
export async function openStore({
  spec,
  layout,
  reach,
}: Pick<UpContext, 'spec' | 'layout' | 'reach'>): Promise<Store> {
  const node = spec.nodes.find(({ roles }) => roles.includes('store'))!;
  return await connectStore({
    cluster: spec.cluster,
    address: node.address,
    port: node.ports.redis,
    reach,
    passwordFile: layout.redisPassword,
    keySecretFile: layout.keySecret,
  });
}
