/** Where the files of a cluster are on a machine: the table "Files" of ARCHITECTURE.md as paths. */
import { join } from 'node:path';

/** Returns the folder that holds all clusters: `$STREAMCTL_HOME`, else streamctl's folder of the XDG state home. */
export function locateHome(env: Readonly<Record<string, string | undefined>>): string {
  if (env.STREAMCTL_HOME) return env.STREAMCTL_HOME;
  const state = env.XDG_STATE_HOME || join(env.HOME || '/root', '.local/state');
  return join(state, 'streamctl');
}

export interface ClusterLayout {
  readonly dir: string;
  readonly record: string;
  readonly lock: string;
  readonly secrets: string;
  readonly keySecret: string;
  /** Of the operator's commands. */
  readonly redisPassword: string;
  /** A file for each user of the store. */
  readonly redisPasswords: Readonly<Record<'operator' | 'ingest' | 'node' | 'replica', string>>;
  readonly programs: string;
  readonly nodes: string;
  /** Record of the last upgrade. */
  readonly upgrade: string;
}

/** Returns the paths of one cluster's files. */
export function clusterLayout(dir: string): ClusterLayout {
  const secrets = join(dir, 'secrets');
  return {
    dir,
    record: join(dir, 'cluster.json'),
    lock: join(dir, 'lock'),
    secrets,
    keySecret: join(secrets, 'key-secret'),
    redisPassword: join(secrets, 'redis-password'),
    redisPasswords: {
      operator: join(secrets, 'redis-password'),
      ingest: join(secrets, 'redis-ingest'),
      node: join(secrets, 'redis-node'),
      replica: join(secrets, 'redis-replica'),
    },
    programs: join(dir, 'program'),
    nodes: join(dir, 'nodes'),
    upgrade: join(dir, 'upgrade.json'),
  };
}

export interface NodeLayout {
  readonly dir: string;
  readonly config: string;
  readonly conf: string;
  /** Services made by `up`. */
  readonly service: string;
  /** Services made by the agent. */
  readonly services: string;
  readonly log: string;
  readonly data: string;
  readonly www: string;
}

/** Returns the paths of one node's files. */
export function nodeLayout(clusterDir: string, node: string): NodeLayout {
  const dir = join(clusterDir, 'nodes', node);
  return {
    dir,
    config: join(dir, 'node.json'),
    conf: join(dir, 'conf'),
    service: join(dir, 'service'),
    services: join(dir, 'services'),
    log: join(dir, 'log'),
    data: join(dir, 'data'),
    www: join(dir, 'www'),
  };
}

export interface PublishersLayout {
  /** Services of test publishers and their relays. */
  readonly services: string;
  readonly log: string;
  readonly data: string;
}

/** Returns the paths of what stands for the world outside of the nodes: no node's end is its end. */
export function publishersLayout(clusterDir: string): PublishersLayout {
  const dir = join(clusterDir, 'publishers');
  return { services: join(dir, 'services'), log: join(dir, 'log'), data: join(dir, 'data') };
}

/** Where a node's contribution daemon keeps its publish sessions over a restart. */
export function sessionsFile(dataDir: string): string {
  return join(dataDir, 'contribution-sessions.json');
}

/** Where a node's agent leaves the ring for the node's other daemons. */
export function ringFile(dataDir: string): string {
  return join(dataDir, 'ring.json');
}

/** Where a drill asks a node's origin to misbehave (src/lib/drill/faults/origin-fault.ts); normally there is no such file. */
export function originFaultFile(dataDir: string): string {
  return join(dataDir, 'origin-fault.json');
}

/** Where a drill asks a node's programs to go by a wrong clock (nodes/node-clock.ts); normally there is no such file. */
export function clockShiftFile(dataDir: string): string {
  return join(dataDir, 'clock-shift.json');
}

/**
 * Begins the names of files in a node's data folder with which a drill fills its disk; the Unix milliseconds follow after which
 * they may go.
 */
export const DRILL_FILL = 'drill-fill-';

/** Where the drills of a cluster keep their journals, a folder each. */
export function drillsFolder(clusterDir: string): string {
  return join(clusterDir, 'drills');
}
