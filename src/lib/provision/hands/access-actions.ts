/** What hands do when the passwords of the store change: bring files, make servers read them, and try to log in. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../../base/errors.ts';
import { nodeLayout } from '../../nodes/layout.ts';
import { loadNodeConfig } from '../../nodes/load-node-config.ts';
import type { NodeConfig } from '../../nodes/node-config.ts';
import { staticServices } from '../../nodes/node-services.ts';
import { giveToSystemUser } from '../../nodes/systemd/system-user.ts';
import { openCommandLine } from '../../store/command-line.ts';
import { isReplicated, type Place } from '../../store/store-site.ts';
import { probeUnit } from '../probe-unit.ts';
import type { SecretFile } from '../secrets.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import type { HandsPlace } from './protocol.ts';

export interface AccessRequest extends HandsPlace {
  readonly node: string;
  /** Those that this node needs; with their paths on the machine. */
  readonly secrets: readonly SecretFile[];
  /** Of the user `replica`: the store takes one of these by now. */
  readonly replica: readonly string[];
  /** `load`: the store reads its users again. `restart`: also what it itself logs in with. `none`: nothing is told. */
  readonly how: 'load' | 'restart' | 'none';
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface LoginsRequest extends HandsPlace {
  readonly node: string;
  readonly logins: readonly Login[];
}

/** `in`, `refused`, or why nobody can say. */
export interface LoginResult {
  readonly user: string;
  readonly server: 'redis' | 'sentinel';
  readonly result: 'in' | 'refused' | 'silent';
}

/** What a change of passwords asks of hands. */
export interface AccessActions {
  access: { takes: AccessRequest; gives: null };
  /** Tries to log in to the store of the node, and to its Sentinel where there is one. */
  logins: { takes: LoginsRequest; gives: readonly LoginResult[] };
}

const ANSWER_MS = 2_000;
const START_MS = 15_000;
const POLL_MS = 50;

/** The actions. */
export const ACCESS_ACTIONS = { access, logins };

async function access(request: AccessRequest, { signal }: { readonly signal: AbortSignal }): Promise<null> {
  const { clusterDir, node, secrets, replica, how } = request;
  const config = await loadNodeConfig(nodeLayout(clusterDir, node).config);
  await writeSecrets(config, secrets);
  if (how === 'none' || !config.node.roles.includes('store')) return null;
  const [redis, ...others] = serversOf(config);
  const place = { clusterDir, config, signal };
  // One that an earlier run was killed over may be stopped.
  await start(place, redis!, how === 'restart');
  if (how === 'load') await loadUsers(config, replica);
  for (const server of others) await start(place, server, true);
  return null;
}

async function writeSecrets({ supervisor }: NodeConfig, secrets: readonly SecretFile[]): Promise<void> {
  for (const { path, text } of secrets) {
    if ((await readFileOrNull(path)) === text) continue;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeWholeFile(path, text, 0o600);
  }
  // Where units run as another user they read what is theirs.
  if (supervisor === 'systemd') await giveToSystemUser(secrets.map(({ path }) => path));
}

interface Server extends Place {
  readonly name: 'redis' | 'sentinel';
}

function serversOf({ node, peers }: NodeConfig): Server[] {
  const names = isReplicated(peers) ? (['redis', 'sentinel'] as const) : (['redis'] as const);
  return names.map((name) => ({ name, address: node.address, port: node.ports[name] }));
}

/** Everybody is asked to log in again by this, and does so within a moment; what plays needs no store. */
async function loadUsers(config: NodeConfig, passwords: readonly string[]): Promise<void> {
  const [redis] = serversOf(config);
  const line = await openCommandLine(redis!, { timeoutMs: ANSWER_MS });
  try {
    if (!(await logInWithOne(line.ask, passwords))) {
      throw new StreamctlError(
        'CONFLICT',
        `${config.node.name}: change passwords: its store lets nobody in`,
        {
          hint: 'Run streamctl up, then this again.',
        },
      );
    }
    await line.ask(['ACL', 'LOAD']);
  } catch (cause) {
    if (cause instanceof StreamctlError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamctlError('UNHEALTHY', `${config.node.name}: let its store read its users: ${reason}`, {
      hint: reason.startsWith('NOPERM')
        ? 'Run streamctl up, then this again.'
        : 'Run this again: it goes on.',
      cause,
    });
  } finally {
    line.close();
  }
}

async function logInWithOne(
  ask: (words: readonly string[]) => Promise<unknown>,
  passwords: readonly string[],
): Promise<boolean> {
  for (const password of passwords) {
    const isIn = await ask(['AUTH', 'replica', password]).then(
      () => true,
      (error: Error) => (error.message.startsWith('WRONGPASS') ? false : Promise.reject(error)),
    );
    if (isIn) return true;
  }
  return false;
}

interface ServerPlace {
  readonly clusterDir: string;
  readonly config: NodeConfig;
  readonly signal: AbortSignal;
}

async function start(
  { clusterDir, config, signal }: ServerPlace,
  { name, address, port }: Server,
  anew: boolean,
): Promise<void> {
  const services = staticServices(clusterDir, config.node.name, config.supervisor);
  await (anew ? services.restart(name) : services.start(name));
  const deadline = performance.now() + START_MS;
  for (;;) {
    const failure = await probeUnit({ kind: 'tcp', port }, address);
    if (failure === null) return;
    if (performance.now() > deadline) {
      const lines = await services.lastLines(name, 5);
      throw new StreamctlError('UNHEALTHY', `start ${name} on ${config.node.name}: ${failure}`, {
        hint: `Read streamctl logs ${config.node.name}, then run this again: it goes on.`,
        details: { node: config.node.name, unit: name, facts: { 'last lines': lines.join('\n') } },
      });
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function logins({ clusterDir, node, logins: wanted }: LoginsRequest): Promise<readonly LoginResult[]> {
  const config = await loadNodeConfig(nodeLayout(clusterDir, node).config);
  const tries = serversOf(config).flatMap((server) => wanted.map((login) => tryLogin(server, login)));
  return await Promise.all(tries);
}

async function tryLogin(server: Server, { user, password }: Login): Promise<LoginResult> {
  const known = { user, server: server.name };
  try {
    const line = await openCommandLine(server, { timeoutMs: ANSWER_MS });
    try {
      await line.ask(['AUTH', user, password]);
      return { ...known, result: 'in' };
    } catch (error) {
      const isRefused = error instanceof Error && error.message.startsWith('WRONGPASS');
      return { ...known, result: isRefused ? 'refused' : 'silent' };
    } finally {
      line.close();
    }
  } catch {
    return { ...known, result: 'silent' };
  }
}
