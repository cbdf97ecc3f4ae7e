import { hostname, userInfo } from 'node:os';
import { StreamctlError } from '../base/errors.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import type { Store } from '../store/store.ts';

/** Connects to the cluster's store, uses it, and disconnects. Throws NOT_RUNNING when it does not answer. */
export async function useStore<T>(view: ClusterView, use: (store: Store) => Promise<T>): Promise<T> {
  const { connectStore } = await import('../store/store.ts');
  const node = view.peers.find(({ roles }) => roles.includes('store'));
  if (node === undefined) throw new StreamctlError('SPEC_INVALID', `cluster ${view.name} has no store node`);
  const store = await connectStore({
    cluster: view.name,
    address: node.address,
    port: node.ports.redis,
    passwordFile: view.files.redisPassword,
    keySecretFile: view.files.keySecret,
  });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** Who runs this command, as the audit trail names them. */
export function operatorName(): string {
  return `${userInfo().username}@${hostname()}`;
}
