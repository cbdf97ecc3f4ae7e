import { loadClusterRecord } from '../nodes/cluster-view.ts';
import { type DownResult, takeDown } from '../provision/down.ts';
import { takeMachinesDown } from '../provision/remote/take-down.ts';
import { describeHolder } from './describe-holder.ts';

export interface ClusterDown {
  readonly cluster: string;
  /** Folder of the cluster on this machine. */
  readonly dir: string;
  readonly purge: boolean;
  /** The command, as others are told whose the machines are. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Stops a cluster where its nodes are: on its machines first, then what runs on this one. */
export async function takeClusterDown({
  cluster,
  dir,
  purge,
  command,
  signal,
  say,
}: ClusterDown): Promise<DownResult> {
  const record = await loadClusterRecord(dir).catch(() => null);
  const here = { clusterDir: dir, purge };
  if (record?.ssh === undefined) return await takeDown(here);
  const peers = [...record.peers, ...(record.former ?? [])];
  const doing = (text: string): void => say(`  … ${text}`);
  const there = await takeMachinesDown({
    cluster,
    ssh: record.ssh,
    mesh: record.mesh ?? null,
    peers,
    purge,
    holder: await describeHolder(command),
    signal,
    doing,
  });
  const own = await takeDown(here);
  return { stopped: there.stopped + own.stopped, killed: there.killed + own.killed, purged: purge };
}
