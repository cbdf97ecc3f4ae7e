/** A real Redis for one test file: own address, own folder, ended by `close()`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreOptions } from '../../src/lib/store/store.ts';
import { freePort } from './free-port.ts';

export interface RedisServer {
  readonly options: StoreOptions & { readonly keySecretFile: string };
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts redis-server on a free port of the address and resolves when it accepts connections. */
export async function startRedis(address: string, cluster = 'test', port?: number): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-redis-'));
  const options = {
    cluster,
    address,
    port: port ?? (await freePort(address)),
    passwordFile: join(dir, 'password'),
    keySecretFile: join(dir, 'key-secret'),
  };
  await writeFile(options.passwordFile, 'test-password\n', { mode: 0o600 });
  await writeFile(options.keySecretFile, 'test-key-secret\n', { mode: 0o600 });
  const conf = [
    `bind ${address}`,
    `port ${options.port}`,
    `dir ${dir}`,
    'save ""',
    'hash-max-listpack-entries 32',
    'requirepass test-password',
  ];
  await writeFile(join(dir, 'redis.conf'), `${conf.join('\n')}\n`, { mode: 0o600 });
  const child = spawn('redis-server', [join(dir, 'redis.conf')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error('redis-server ended before it was ready')));
    child.once('error', reject);
  });
  return {
    options,
    pid: child.pid!,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
