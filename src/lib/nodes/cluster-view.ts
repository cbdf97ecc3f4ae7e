/**
 * A cluster as the commands see it: what the last `up` made, read from `cluster.json`. It needs neither the spec
 * nor a running process.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import type { MeshBlock } from '../spec/resolve-spec.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import type { SshSettings } from '../ssh/target.ts';
import { clusterLayout } from './layout.ts';
import type { Peer } from './node-config.ts';

export interface ClusterView {
  readonly name: string;
  /** State folder of the cluster on this machine, absolute. */
  readonly dir: string;
  /** The spec that made it, absolute. */
  readonly specFile: string;
  readonly regions: readonly string[];
  /** How the machines are reached by ssh; null: nodes are addresses of this machine. */
  readonly ssh: SshSettings | null;
  /** Every node, in the order of the spec. */
  readonly peers: readonly Peer[];
  readonly streams: Readonly<Record<string, StreamSettings>>;
  /** Settings of a stream that the spec does not name. */
  readonly defaults: StreamSettings;
  readonly files: { readonly keySecret: string; readonly redisPassword: string };
}

/** `cluster.json`: the view without what follows from its place, and what made it. */
export interface ClusterRecord {
  readonly version: 1;
  readonly cluster: string;
  readonly specFile: string;
  /** SHA-256 of the bytes of the spec and of what it includes at the last `up`, hex. */
  readonly specDigest: string;
  /** The same of the spec's own bytes, where it includes something. */
  readonly specFileDigest?: string;
  readonly regions: readonly string[];
  /** Absent: nodes are addresses of this machine. */
  readonly ssh?: SshSettings;
  /** The mesh of the machines. */
  readonly mesh?: MeshBlock;
  readonly peers: readonly Peer[];
  /** Machines that were nodes, and may still have something of the cluster. */
  readonly former?: readonly Peer[];
  readonly streams: Readonly<Record<string, StreamSettings>>;
  readonly defaults: StreamSettings;
  /** First two numbers of every local address: `127.34`. */
  readonly block: string;
  /** Digest of the program bundle that the units run. */
  readonly program: string;
  /** Version of streamctl. */
  readonly streamctl: string;
  /** An `up` has begun to make the cluster so, and has not come to its end. */
  readonly pending?: true;
}

/** Loads the record of the cluster in `dir`; null when there is none. */
export async function loadClusterRecord(dir: string): Promise<ClusterRecord | null> {
  const file = clusterLayout(dir).record;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StreamctlError('ENVIRONMENT', `cannot read ${file}`, { cause });
  }
  try {
    return JSON.parse(text) as ClusterRecord;
  } catch (cause) {
    throw new StreamctlError('ENVIRONMENT', `${file} is damaged: not JSON`, {
      hint: 'Run streamctl up: it writes the file again.',
      cause,
    });
  }
}

/** Returns the view of a recorded cluster. */
export function viewOf(record: ClusterRecord, dir: string): ClusterView {
  const { keySecret, redisPassword } = clusterLayout(dir);
  const { cluster: name, specFile, regions, ssh = null, peers, streams, defaults } = record;
  return { name, dir, specFile, regions, ssh, peers, streams, defaults, files: { keySecret, redisPassword } };
}

/** Loads every cluster under `home`, by name. */
export async function loadClusters(home: string): Promise<ClusterView[]> {
  const names = await readdir(home).catch(() => []);
  const views: ClusterView[] = [];
  for (const name of names.sort()) {
    const dir = join(home, name);
    const record = await loadClusterRecord(dir).catch(() => null);
    if (record !== null) views.push(viewOf(record, dir));
  }
  return views;
}

/**
 * Finds the cluster that the spec file, as it is now, made; null when the spec changed or made none. A file that was not
 * touched since the record was written is not read: hashing alone takes as long as half a fast command.
 */
export async function findClusterOfSpec(home: string, specFile: string): Promise<ClusterView | null> {
  const spec = await stat(specFile).catch(() => null);
  if (spec === null) return null;
  for (const name of await readdir(home).catch(() => [])) {
    const dir = join(home, name);
    const record = await loadClusterRecord(dir).catch(() => null);
    if (record?.specFile !== specFile) continue;
    const { mtimeMs } = await stat(clusterLayout(dir).record);
    if (
      spec.ctimeMs < mtimeMs ||
      (record.specFileDigest ?? record.specDigest) === (await digestFile(specFile))
    )
      return viewOf(record, dir);
  }
  return null;
}

async function digestFile(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return null;
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(bytes).digest('hex');
}

/** Loads the cluster `name`. Throws NOT_RUNNING when `up` never made it. */
export async function loadClusterByName(home: string, name: string): Promise<ClusterView> {
  const dir = join(home, basename(name));
  const record = await loadClusterRecord(dir);
  if (record !== null) return viewOf(record, dir);
  throw new StreamctlError('NOT_RUNNING', `cluster "${name}" was never started on this machine`, {
    hint: 'Run streamctl up first.',
  });
}
