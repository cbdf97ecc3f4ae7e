/** What every command may use: places, the signal, and the two ways to say something. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import {
  type ClusterView,
  findClusterOfSpec,
  loadClusterByName,
  loadClusterRecord,
  loadClusters,
  viewOf,
} from '../nodes/cluster-view.ts';
import { locateHome } from '../nodes/layout.ts';

export interface ClusterChoice {
  /** `--spec`; the default is ./streamctl.yaml. */
  readonly spec: string | undefined;
  /** `--cluster`. */
  readonly cluster: string | undefined;
}

export const DEFAULT_SPEC = 'streamctl.yaml';

/** Folder that holds all clusters of this user on this machine. */
export function streamctlHome(): string {
  return resolve(locateHome(process.env));
}

/**
 * Loads the cluster that the flags mean: by name, else the one that the spec makes. The spec is only parsed when it
 * changed since `up`. Throws NOT_RUNNING, NOT_FOUND (no spec) or SPEC_INVALID.
 */
export async function loadChosenCluster(choice: ClusterChoice): Promise<ClusterView> {
  const home = streamctlHome();
  if (choice.cluster !== undefined) return await loadClusterByName(home, choice.cluster);
  const file = resolve(choice.spec ?? DEFAULT_SPEC);
  const known = await findClusterOfSpec(home, file);
  if (known !== null) return known;
  const { loadSpec } = await import('../spec/load.ts');
  const { cluster } = await loadSpec(file);
  const dir = join(home, cluster);
  const record = await loadClusterRecord(dir);
  if (record !== null) return viewOf(record, dir);
  throw new StreamctlError('NOT_RUNNING', `cluster "${cluster}" is not running`, {
    hint: 'Run streamctl up first.',
  });
}

/**
 * Finds the folder of the cluster that the flags mean, also when it was never started or its record is damaged: by
 * `--cluster`, by the spec as it is now, or by the spec that once made it.
 */
export async function chooseClusterDir(choice: {
  spec?: string | undefined;
  cluster?: string | undefined;
}): Promise<{ name: string; dir: string }> {
  const home = streamctlHome();
  if (choice.cluster !== undefined) {
    const name = basename(choice.cluster);
    if (await isFolder(join(home, name))) return { name, dir: join(home, name) };
    throw new StreamctlError('NOT_FOUND', `there is no cluster "${name}" on this machine`, {
      hint: `Clusters are folders of ${home}.`,
    });
  }
  const file = resolve(choice.spec ?? DEFAULT_SPEC);
  const known = await findClusterOfSpec(home, file);
  if (known !== null) return known;
  // One file may have made several clusters, one after the other: its name is the one that is meant.
  const named = await loadSpecName(file).catch((error: unknown) => error as Error);
  if (typeof named === 'string' && (await isFolder(join(home, named))))
    return { name: named, dir: join(home, named) };
  const made = (await loadClusters(home)).find(({ specFile }) => specFile === file);
  if (made !== undefined) return made;
  if (typeof named !== 'string') throw named;
  return { name: named, dir: join(home, named) };
}

async function loadSpecName(file: string): Promise<string> {
  const { loadSpec } = await import('../spec/load.ts');
  return (await loadSpec(file)).cluster;
}

/** Whether there is a folder at a path. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
