/** Where the files of a lab are. */
import { join } from 'node:path';

export interface LabLayout {
  readonly dir: string;
  readonly record: string;
  readonly lock: string;
  readonly ssh: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
  readonly inventory: string;
  readonly machines: string;
}

/** Returns the folder of all labs: beside the clusters, under a name that no cluster can have. */
export function labsFolder(home: string): string {
  return join(home, '.labs');
}

/** Returns the paths of one lab's files. */
export function labLayout(home: string, name: string): LabLayout {
  const dir = join(labsFolder(home), name);
  const ssh = join(dir, 'ssh');
  return {
    dir,
    record: join(dir, 'lab.json'),
    lock: join(dir, 'lock'),
    ssh,
    key: join(ssh, 'id_ed25519'),
    knownHosts: join(ssh, 'known_hosts'),
    sshConfig: join(ssh, 'config'),
    inventory: join(dir, 'inventory.yaml'),
    machines: join(dir, 'machines'),
  };
}

export interface MachineLayout {
  readonly dir: string;
  /** What the machine wrote over the root file system: its disk. */
  readonly upper: string;
  /** For the kernel's overlay alone. */
  readonly work: string;
  /** Where the machine's own mount namespace has its root; empty for everybody else. */
  readonly root: string;
  readonly hostKey: string;
  /** What it says while it boots. */
  readonly log: string;
}

/** Returns the paths of one machine's files. */
export function machineLayout(lab: LabLayout, machine: string): MachineLayout {
  const dir = join(lab.machines, machine);
  return {
    dir,
    upper: join(dir, 'upper'),
    work: join(dir, 'work'),
    root: join(dir, 'root'),
    hostKey: join(dir, 'upper/etc/ssh/ssh_host_ed25519_key'),
    log: join(dir, 'boot.log'),
  };
}

/** Returns the folder that keeps root file systems between labs: `$XDG_CACHE_HOME/streamctl/lab-roots`. */
export function locateRoots(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || '/root', '.cache'), 'streamctl/lab-roots');
}
