/**
 * The system's OpenSSH as our way to machines: the user's configuration, agents, jump hosts and known hosts all work,
 * because ssh itself reads them. One connection a machine is shared by all calls and outlives the command by a
 * minute, so that the next one starts at once.
 *
 * It knows nothing of clusters. Invariants: it never asks anything, every call has a limit in time, and a host key
 * that is not known is refused.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import { connectArguments, controlArguments, explainArguments } from './ssh-arguments.ts';
import { controlSocket, type SshTarget } from './target.ts';
import { findFingerprint, isHostKeyFailure, SSH_FAILED, wordSshFailure } from './word-ssh-failure.ts';

/** What connecting may take beyond the time of the spec: key exchange and login. */
const LOGIN_MS = 10_000;
const CONTROL_MS = 3_000;

/** Makes the folder of sockets of this user. Throws ENVIRONMENT when somebody else could reach into it. */
export async function ensureSocketFolder(): Promise<string> {
  const { uid } = userInfo();
  // Not the folder of TMPDIR: the name of a socket has to be short.
  const folder = `/tmp/streamctl-ssh-${uid}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return folder;
  throw new StreamctlError(
    'ENVIRONMENT',
    `${folder} is not a folder that only ${userInfo().username} can enter`,
    {
      hint: `Remove it: rm -r ${folder}`,
    },
  );
}

/** Of this process, by control socket: who asks for the same at once shares it. */
const connecting = new Map<string, Promise<void>>();

/** Connects, unless a shared connection is there. Throws UNREACHABLE, HOST_KEY or ACCESS_DENIED. */
export async function connect(target: SshTarget, signal?: AbortSignal): Promise<void> {
  const key = controlSocket(target);
  const open = connecting.get(key) ?? makeConnection(target, signal).finally(() => connecting.delete(key));
  connecting.set(key, open);
  await open;
}

async function makeConnection(target: SshTarget, signal?: AbortSignal): Promise<void> {
  if (await isConnected(target)) return;
  await removeDeadSockets(target);
  const { status, stderr, late } = await startSharing(target, signal);
  if (status === 0) return;
  const fingerprint = isHostKeyFailure(stderr) ? await findShownKey(target) : null;
  const timeout = late ? { timedOutSec: limitMs(target) / 1000 } : {};
  throw wordSshFailure(target, { step: 'connect', stderr, fingerprint, ...timeout });
}

/** Sockets of forwards outlive the connection that they led through. */
async function removeDeadSockets(target: SshTarget): Promise<void> {
  const own = `${basename(controlSocket(target))}-`;
  for (const name of await readdir(target.sockets)) {
    if (name.startsWith(own)) await rm(join(target.sockets, name), { force: true });
  }
}

/** Whether a shared connection is there. */
export async function isConnected(target: SshTarget): Promise<boolean> {
  const { exitCode } = await execa('ssh', controlArguments(target, 'check'), {
    reject: false,
    stdin: 'ignore',
    timeout: CONTROL_MS,
  });
  return exitCode === 0;
}

/** Ends the shared connection, and with it all that goes through. */
export async function disconnect(target: SshTarget): Promise<void> {
  const args = controlArguments(target, 'exit');
  await execa('ssh', args, { reject: false, stdin: 'ignore', timeout: CONTROL_MS });
}

function limitMs({ settings }: SshTarget): number {
  return settings.connectTimeoutSec * 1000 + LOGIN_MS;
}

interface Attempt {
  readonly status: number;
  readonly stderr: string;
  /** Its time was over. */
  readonly late: boolean;
}

/** The connection that stays keeps the descriptors it was started with: a file, which nobody waits for. */
async function startSharing(target: SshTarget, signal?: AbortSignal): Promise<Attempt> {
  const log = `${controlSocket(target)}.${randomUUID().slice(0, 8)}.log`;
  await using file = await open(log, 'w', 0o600);
  try {
    const child = spawn('ssh', connectArguments(target), { stdio: ['ignore', 'ignore', file.fd] });
    let late = false;
    const end = (): boolean => child.kill('SIGTERM');
    const timer = setTimeout(() => {
      late = end();
    }, limitMs(target));
    signal?.addEventListener('abort', end, { once: true });
    const [status] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    return { status: status ?? SSH_FAILED, stderr: await readFile(log, 'utf8'), late };
  } finally {
    await rm(log, { force: true });
  }
}

async function findShownKey(target: SshTarget): Promise<string | null> {
  const { stderr } = await execa('ssh', explainArguments(target), {
    reject: false,
    stdin: 'ignore',
    timeout: limitMs(target),
  });
  return findFingerprint(stderr);
}
