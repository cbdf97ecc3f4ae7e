/** How one machine is reached by ssh, and where the sockets of its shared connection are. Pure. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** What a spec says about ssh, for all machines. */
export interface SshSettings {
  /** Login; absent: what ssh's own configuration says. */
  readonly user?: string;
  readonly port?: number;
  /** For `ssh -F`; absolute. Absent: the user's own configuration. */
  readonly configFile?: string;
  /** File, mode 0600, with the password of sudo; absolute. Absent: sudo asks for none. */
  readonly sudoPasswordFile?: string;
  /** How many machines are worked on at once. */
  readonly parallel: number;
  readonly connectTimeoutSec: number;
  /** Program and arguments that switch a machine on; `{node}` and `{host}` in them stand for its own. */
  readonly powerOn?: readonly string[];
}

/** One machine. */
export interface SshTarget {
  /** Name of the node: what errors and progress say. */
  readonly node: string;
  /** Name or address, or an alias of ssh's configuration. */
  readonly host: string;
  readonly settings: SshSettings;
  /** Folder of sockets, mode 0700. */
  readonly sockets: string;
}

/** `user@host:port`, as a person would say it. */
export function nameTarget({ host, settings: { user, port } }: SshTarget): string {
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** Digits that tell this way of reaching a machine from every other: another user or configuration is another one. */
function digestTarget({ host, settings: { user, port, configFile } }: SshTarget): string {
  const text = JSON.stringify([host, user ?? '', port ?? 0, configFile ?? '']);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Socket of the shared connection. Short, as the kernel takes 107 characters and ssh adds 17 while it makes one. */
export function controlSocket(target: SshTarget): string {
  return join(target.sockets, digestTarget(target));
}

/** Socket that leads to a port of an address as the machine sees it. */
export function forwardSocket(target: SshTarget, address: string, port: number): string {
  const place = createHash('sha256').update(`${address}:${port}`).digest('hex').slice(0, 8);
  return join(target.sockets, `${digestTarget(target)}-${place}`);
}
