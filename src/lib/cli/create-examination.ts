/** What `doctor` looks at: this machine, or the machines of the cluster that the flags mean. */
import { access } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { loadClusterByName } from '../nodes/cluster-view.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { Finding } from '../provision/checks/check.ts';
import { examineMachine } from '../provision/doctor.ts';
import { MACHINES_HOME } from '../provision/remote/machines-home.ts';
import type { SshSettings } from '../ssh/target.ts';
import { type ClusterChoice, DEFAULT_SPEC, streamctlHome } from './context.ts';

export interface ExaminationRequest {
  readonly choice: Partial<ClusterChoice>;
  readonly root: string;
  readonly signal: AbortSignal;
}

/** Creates it. Throws NOT_RUNNING for an unknown cluster, SPEC_INVALID. */
export async function createExamination(
  request: ExaminationRequest,
): Promise<() => Promise<readonly Finding[]>> {
  const { choice, root, signal } = request;
  const cluster = await findMachines(choice);
  if (cluster === null) return () => examineMachine({ home: streamctlHome(), root });
  const { examineMachines } = await import('../provision/remote/doctor/examine-machines.ts');
  const clusterDir = posix.join(MACHINES_HOME, cluster.name);
  return () => examineMachines({ ...cluster, clusterDir, source: join(root, 'dist'), signal });
}

interface Machines {
  readonly name: string;
  readonly ssh: SshSettings;
  readonly peers: readonly Peer[];
  readonly meshPort: number | null;
}

/** Null when nodes are addresses of this machine, or when no cluster is meant. */
async function findMachines({ spec, cluster }: Partial<ClusterChoice>): Promise<Machines | null> {
  if (cluster !== undefined) {
    const { name, ssh, peers } = await loadClusterByName(streamctlHome(), cluster);
    return ssh === null ? null : { name, ssh, peers, meshPort: null };
  }
  const file = resolve(spec ?? DEFAULT_SPEC);
  if (spec === undefined && !(await exists(file))) return null;
  const { loadSpec } = await import('../spec/load.ts');
  // Who asks for no cluster is told of this machine, whatever the file beside is.
  const loaded = await (spec === undefined ? loadSpec(file).catch(() => null) : loadSpec(file));
  if (loaded === null || loaded.ssh === null) return null;
  const { cluster: name, ssh, nodes: peers, mesh } = loaded;
  return { name, ssh, peers, meshPort: mesh?.port ?? null };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
