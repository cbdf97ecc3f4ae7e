/** The composition root of `down`: the lock, and letting go of the store that it ends. */
import { loadClusterRecord, viewOf } from '../nodes/cluster-view.ts';
import { clusterLayout } from '../nodes/layout.ts';
import type { DownResult } from '../provision/down.ts';
import { withClusterLock } from '../provision/operation/cluster-lock.ts';
import { describeOperator } from '../provision/operation/operator.ts';
import { takeClusterDown } from './take-cluster-down.ts';
import { connectStoreOf } from './use-store.ts';

export interface DownCall {
  readonly purge: boolean;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Whether the nodes of a cluster are machines that ssh reaches. */
export async function isRemote(dir: string): Promise<boolean> {
  const record = await loadClusterRecord(dir).catch(() => null);
  return record?.ssh !== undefined && record.ssh !== null;
}

/** Stops a cluster, also one whose record is missing or damaged. Throws LOCKED, ENVIRONMENT. */
export async function runDown(
  { name, dir }: { readonly name: string; readonly dir: string },
  { purge, waitMs, signal, say }: DownCall,
): Promise<DownResult> {
  const record = await loadClusterRecord(dir).catch(() => null);
  const command = 'streamctl down';
  const lock = {
    file: clusterLayout(dir).lock,
    command,
    operator: describeOperator(process.env),
    waitMs,
    signal,
    onWait: (holder: string) => say(`  waiting for ${holder}`),
    openStore: async () =>
      record === null ? null : await connectStoreOf(viewOf(record, dir)).catch(() => null),
  };
  return await withClusterLock(lock, async (held) => {
    await held.leaveStore();
    const done = await takeClusterDown({ cluster: name, dir, purge, command, signal: held.signal, say });
    held.tell(`${done.stopped} processes`);
    return done;
  });
}
