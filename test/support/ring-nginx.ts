/** A real nginx that hashes: upstreams given by their `server` lines, and loopback peers that answer with their name. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export interface HashedUpstream {
  /** What is hashed: `$arg_key`, or the raw bytes of a header. */
  readonly key: '$arg_key' | '$http_x_key';
  /** What follows `server` in each line: `127.0.0.1:1 weight=2`. */
  readonly servers: readonly string[];
  /** Whether nginx goes on to the next peer when one refuses. */
  readonly next?: boolean;
}

export interface RingNginx {
  /** For each key, in order, the peers that nginx tried, as `$upstream_addr` says them. */
  ask(upstream: string, keys: readonly string[]): Promise<string[][]>;
  close(): Promise<void>;
}

/** Starts nginx with these upstreams at the address; `peers` are `listen` values that answer 200. */
export async function startRingNginx(
  address: string,
  upstreams: Readonly<Record<string, HashedUpstream>>,
  peers: readonly string[],
): Promise<RingNginx> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-ring-nginx-'));
  const port = await freePort(address);
  const conf = formatConf({ listen: `${address}:${port}`, dir, upstreams, peers });
  await writeFile(join(dir, 'nginx.conf'), conf);
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], {
    stdio: 'ignore',
  });
  const client = new Client(`http://${address}:${port}`, { pipelining: 64 });
  const close = async (): Promise<void> => {
    await client.destroy();
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await until(() => answers(client, child), 'nginx to answer');
  } catch (error) {
    const log = await readFile(join(dir, 'error.log'), 'utf8').catch(() => '');
    await close();
    throw new Error(`nginx did not start: ${log.slice(0, 500)}`, { cause: error });
  }
  return {
    ask: (upstream, keys) => ask(client, { upstream, header: upstreams[upstream]!.key, keys }),
    close,
  };
}

async function ask(
  client: Client,
  { upstream, header, keys }: { upstream: string; header: string; keys: readonly string[] },
): Promise<string[][]> {
  return await Promise.all(
    keys.map(async (key) => {
      const path = `/${upstream}/`;
      const { headers, body } = await client.request(
        header === '$arg_key'
          ? { method: 'GET', path: `${path}?key=${key}` }
          : { method: 'GET', path, headers: { 'x-key': Buffer.from(key).toString('latin1') } },
      );
      await body.dump();
      return String(headers['x-peer']).split(', ');
    }),
  );
}

async function answers(client: Client, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
  try {
    await (await client.request({ method: 'GET', path: '/' })).body.dump();
    return true;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

interface ConfParts {
  readonly listen: string;
  readonly dir: string;
  readonly upstreams: Readonly<Record<string, HashedUpstream>>;
  readonly peers: readonly string[];
}

function formatConf({ listen, dir, upstreams, peers }: ConfParts): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off; master_process off; pid ${dir}/pid;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; proxy_http_version 1.1; proxy_set_header Connection "";
  ${temporary.map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')}
${Object.entries(upstreams)
  .map(
    ([name, { key, servers }]) =>
      `  upstream ${name} { hash ${key} consistent; ${servers.map((server) => `server ${server};`).join(' ')} keepalive 4; }`,
  )
  .join('\n')}
  server {
    listen ${listen};
${Object.entries(upstreams)
  .map(
    ([name, { next }]) =>
      `    location /${name}/ { proxy_pass http://${name}/; proxy_next_upstream ${next ? 'error' : 'off'}; add_header x-peer $upstream_addr always; }`,
  )
  .join('\n')}
  }
${peers.map((peer) => `  server { listen ${peer}; return 200 "${peer}"; }`).join('\n')}
}
`;
}
