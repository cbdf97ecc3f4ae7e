/** A folder with a small spec and a state folder of its own, and nothing left running when a test is done with it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findClusterProcesses } from '../../src/lib/nodes/processes.ts';
import { runCli } from './cli.ts';

export interface ClusterFolder {
  readonly cwd: string;
  readonly home: string;
  /** Folder of the cluster's state. */
  readonly dir: string;
  readonly spec: string;
  /** Stops the cluster, checks that no process is left, deletes the folder. */
  remove(): Promise<void>;
}

export function smallSpec(cluster: string, block: string): string {
  return `version: 1
cluster: ${cluster}
network: { block: ${block}.0.0/16 }
regions: [{ name: a }]
nodes:
  - { name: a-1, region: a, roles: [store, ingest, origin] }
  - { name: a-2, region: a, roles: [edge] }
media:
  ladder: [{ name: low, width: 256, height: 144, videoKbps: 150 }]
streams:
  - { name: demo }
`;
}

export async function makeClusterFolder(cluster: string, block: string): Promise<ClusterFolder> {
  const cwd = await mkdtemp(join(tmpdir(), `streamctl-${cluster}-`));
  const home = join(cwd, 'home');
  const dir = join(home, cluster);
  const spec = join(cwd, 'streamctl.yaml');
  await writeFile(spec, smallSpec(cluster, block));
  return {
    cwd,
    home,
    dir,
    spec,
    remove: async () => {
      await runCli(['down', '--cluster', cluster], { cwd, home });
      const left = await findClusterProcesses(dir);
      for (const pid of left) process.kill(pid, 'SIGKILL');
      await rm(cwd, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`down left ${left.length} processes: ${left.join(', ')}`);
    },
  };
}
