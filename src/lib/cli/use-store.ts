import { asOperator } from '../nodes/as-operator.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { describeOperator } from '../provision/operation/operator.ts';
import { readStore } from '../store/read-connection.ts';
import type { Store } from '../store/store.ts';
import type { StoreReader } from '../store/store-reader.ts';

/** Connects to the cluster's store, uses it, and disconnects. Throws NOT_RUNNING when it does not answer. */
export async function useStore<T>(view: ClusterView, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await connectStoreOf(view);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

/** Connects to the cluster's store; the caller disconnects. Throws NOT_RUNNING when it does not answer. */
export async function connectStoreOf(view: ClusterView): Promise<Store> {
  const { connectStore } = await import('../store/store.ts');
  return await connectStore({ ...asOperator(view), keySecretFile: view.files.keySecret });
}

/** The same for reading alone, which starts faster. */
export async function useStoreReader<T>(
  view: ClusterView,
  use: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  return await readStore(asOperator(view), use);
}

/** Who runs this command, as the audit trail names them. */
export function operatorName(): string {
  return describeOperator(process.env).who;
}
