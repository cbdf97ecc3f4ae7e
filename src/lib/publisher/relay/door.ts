/**
 * The door of a relay: an nginx of its own, which takes one encoder at a time, and whose questions are answered here.
 *
 * nginx speaks RTMP with encoders of every kind; whatever name an encoder publishes under becomes `live/in`. On a
 * loopback address any name will do, elsewhere it must be the stream key.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../../base/errors.ts';
import { readBody } from '../../base/read-body.ts';
import { probePort } from '../../health/ask-node.ts';
import { canListen, findPortHolder } from '../../nodes/port-holder.ts';
import { DOOR_STREAM, formatDoorConf, readFrom } from './door-conf.ts';
import type { ListenAddress } from './play-path.ts';

export interface DoorOptions {
  readonly listen: ListenAddress;
  /** What an encoder that is not on this machine must publish as. */
  readonly key: string;
  /** Folder for its files. */
  readonly dir: string;
  /** An encoder wants in; resolves with whether it may, once its media will be read. */
  onPublish(from: string): Promise<boolean>;
  /** Somebody reads the encoder's media now. */
  onPlay(): void;
  /** The encoder has gone. */
  onGone(): void;
  /** nginx ended by itself; its last words. */
  onFailed(said: string): void;
}

export interface Door {
  close(): Promise<void>;
}

const READY_MS = 5_000;
const PROBE_MS = 200;
const POLL_MS = 20;
const REDIRECT = { status: 302, headers: { location: DOOR_STREAM } } as const;
const NO = { status: 403, headers: {} } as const;
const YES = { status: 200, headers: {} } as const;

/** Opens it; resolves when encoders can connect. Throws PORT_IN_USE, PACKAGE_MISSING, ENVIRONMENT. */
export async function startDoor(options: DoorOptions): Promise<Door> {
  const { listen, dir } = options;
  await checkFree(listen);
  const hooks = await startHooks(options);
  const conf = join(dir, 'nginx.conf');
  await writeFile(conf, formatDoorConf({ ...listen, hookPort: portOf(hooks), dir }), { mode: 0o600 });
  const argv = ['--pdeathsig', 'KILL', 'nginx', '-e', 'stderr', '-p', dir, '-c', conf];
  const child = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let closing = false;
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const close = async (): Promise<void> => {
    closing = true;
    child.kill('SIGKILL');
    hooks.closeAllConnections();
    hooks.close();
    await ended;
  };
  const failed = await Promise.race([ended.then(() => true), waitUntilOpen(listen)]);
  if (failed) {
    await close();
    throw refuse(listen, said);
  }
  void ended.then(() => closing || options.onFailed(lastLine(said)));
  return { close };
}

async function checkFree({ address, port }: ListenAddress): Promise<void> {
  if (await canListen(address, port)) return;
  const holder = await findPortHolder(address, port);
  const who = holder === null ? '' : ` by ${holder.command} (pid ${holder.pid}, user ${holder.user})`;
  throw new StreamctlError(
    'PORT_IN_USE',
    `listen on ${address}:${port}: it is held${who}, or not of this machine`,
    {
      hint: 'Choose another address with --listen.',
    },
  );
}

async function startHooks(options: DoorOptions): Promise<Server> {
  let inside: string | null = null;
  const server = createServer((request, response) => {
    void answer(request).then(
      ({ status, headers }) => response.writeHead(status, headers).end(),
      () => response.destroy(),
    );
  });
  async function answer(request: IncomingMessage): Promise<typeof REDIRECT | typeof NO | typeof YES> {
    const body = new URLSearchParams(await readBody(request));
    const client = body.get('clientid') ?? '';
    if (request.url === '/play') {
      options.onPlay();
      return YES;
    }
    if (request.url === '/publish-done') {
      if (inside !== client) return YES;
      inside = null;
      options.onGone();
      return YES;
    }
    if (request.url !== '/publish' || inside !== null || !mayEnter(options, body.get('name') ?? ''))
      return NO;
    inside = client;
    if (await options.onPublish(body.get('addr') ?? '')) return REDIRECT;
    inside = null;
    return NO;
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Whether an encoder may publish under this name. */
export function mayEnter({ listen, key }: Pick<DoorOptions, 'listen' | 'key'>, name: string): boolean {
  return listen.address.startsWith('127.') || name === key.split('?', 1)[0];
}

/** Never resolves with true: that is for an nginx that ended. */
async function waitUntilOpen({ address, port }: ListenAddress): Promise<boolean> {
  const endMs = performance.now() + READY_MS;
  while (performance.now() < endMs) {
    if ((await probePort(readFrom(address), port, PROBE_MS)) === 'open') return false;
    await sleep(POLL_MS);
  }
  return true;
}

function refuse({ address, port }: ListenAddress, said: string): StreamctlError {
  const missing = /ngx_rtmp_module|not found|No such file/.test(said) || said === '';
  return new StreamctlError(
    missing ? 'PACKAGE_MISSING' : 'ENVIRONMENT',
    `start nginx on ${address}:${port}: ${lastLine(said) || 'it cannot be run'}`,
    missing ? { hint: 'Install it with `sudo apt-get install nginx libnginx-mod-rtmp util-linux`.' } : {},
  );
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
