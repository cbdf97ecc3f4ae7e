/** The lock of a cluster as commands take it: by whoever runs them, with the store of that cluster. */
import type { ClusterView } from '../nodes/cluster-view.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { type ClusterLock, withClusterLock } from '../provision/operation/cluster-lock.ts';
import { describeOperator } from '../provision/operation/operator.ts';
import { connectStoreOf } from './use-store.ts';

export interface LockCall {
  /** `ring add-node`. */
  readonly command: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Says that it waits, and for whom. */
  readonly say?: (line: string) => void;
}

/** Runs something while no other command changes the cluster. Throws LOCKED. */
export async function underLockOf<T>(
  view: ClusterView,
  { command, waitMs, signal, say }: LockCall,
  use: (lock: ClusterLock) => Promise<T>,
): Promise<T> {
  return await withClusterLock(
    {
      file: clusterLayout(view.dir).lock,
      command: `streamctl ${command}`,
      operator: describeOperator(process.env),
      waitMs,
      signal,
      onWait: (holder) => say?.(`  waiting for ${holder}`),
      openStore: () => connectStoreOf(view).catch(() => null),
    },
    use,
  );
}
