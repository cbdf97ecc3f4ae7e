/** Who listens on an address: from /proc/net/tcp and the descriptors of processes. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { findOwner, listPids, readProcess } from './processes.ts';

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
  readonly user: string;
  /** The cluster that started it; null when it is none of ours. */
  readonly clusterDir: string | null;
}

/** Whether nothing listens on the address; also false when the address is not of this machine. */
export async function canListen(address: string, port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Finds the process that listens on the address (or on all addresses); null when it cannot be seen. */
export async function findPortHolder(address: string, port: number): Promise<PortHolder | null> {
  const inodes = parseListeners(await readTables(), address, port);
  if (inodes.size === 0) return null;
  for (const pid of await listPids()) {
    if (!(await holdsSocket(pid, inodes))) continue;
    const found = await readProcess(pid);
    if (found === null) continue;
    const clusterDir = await findOwner(pid);
    return { pid, command: found.command, user: await readUser(pid), clusterDir };
  }
  return null;
}

async function readTables(): Promise<string> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables.join('\n');
}

const LISTEN = '0A';

/** Inodes of the sockets that listen on the address or on all of them, from the kernel's tables. */
export function parseListeners(tables: string, address: string, port: number): Set<string> {
  const own = address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
  const hosts = new Set([own.toUpperCase(), '0'.repeat(8), '0'.repeat(32)]);
  const inodes = new Set<string>();
  for (const line of tables.split('\n')) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const [host, hexPort] = (local ?? '').split(':');
    if (state !== LISTEN || host === undefined || hexPort === undefined || inode === undefined) continue;
    if (hosts.has(host.toUpperCase()) && Number.parseInt(hexPort, 16) === port) inodes.add(inode);
  }
  return inodes;
}

async function holdsSocket(pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function readUser(pid: number): Promise<string> {
  const { uid } = await stat(`/proc/${pid}`).catch(() => ({ uid: -1 }));
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = passwd.split('\n').find((entry) => entry.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? String(uid);
}
