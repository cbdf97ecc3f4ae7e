/** A real nginx with RTMP from the project's template, its agent a port of the test's choice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export interface NginxIngest {
  readonly pid: number;
  /** Everything that it has written so far. */
  log(): string;
  close(): Promise<void>;
}

export interface NginxIngestOptions {
  readonly address: string;
  readonly rtmpPort: number;
  readonly agentPort: number;
  readonly contributionPort: number;
}

/** Starts nginx and resolves when it takes connections. */
export async function startNginxIngest(options: NginxIngestOptions): Promise<NginxIngest> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-nginx-'));
  const template = await readFile(new URL('../../templates/nginx-ingest.conf', import.meta.url), 'utf8');
  const updatePort = await freePort(options.address);
  const values: Record<string, string | number> = {
    ...options,
    ...{ updatePort, dir, data: dir, listenAddress: options.address },
  };
  const conf = template.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => String(values[name]));
  await writeFile(join(dir, 'nginx.conf'), conf);
  const child = spawn('nginx', ['-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (log += chunk));
  await until(() => accepts(options.address, options.rtmpPort), 'nginx');
  return {
    pid: child.pid!,
    log: () => log,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Whether somebody takes connections there. */
export async function accepts(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
