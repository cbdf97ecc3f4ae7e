/** A real RTMP server that keeps what publishers send it, a connection at a time, and what they said of themselves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { FlvTag } from '../../src/lib/media/flv.ts';
import { type RtmpPull, startRtmpPull } from '../../src/lib/rtmp/rtmp-pull.ts';
import { accepts } from './nginx-ingest.ts';
import { until } from './until.ts';

/** What came over one connection. */
export interface SinkSession {
  /** As published: `KEY` and `epoch`. */
  readonly name: string;
  readonly epoch: string | null;
  readonly tags: FlvTag[];
}

export interface RtmpSink {
  readonly url: string;
  readonly pid: number;
  readonly sessions: readonly SinkSession[];
  /** Whether publishers are let in; at first they are. */
  open: boolean;
  close(): Promise<void>;
}

const log = pino({ level: 'silent' });

/** Starts one at the address; resolves when it takes connections. */
export async function startRtmpSink(address: string, port: number): Promise<RtmpSink> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-sink-'));
  const sessions: SinkSession[] = [];
  const pulls: RtmpPull[] = [];
  let played = (): void => undefined;
  const sink = { url: `rtmp://${address}:${port}/live`, sessions, open: true };
  /** Resolves with a name of its own for the session: one before it may not have left yet. */
  const read = async (body: URLSearchParams): Promise<string> => {
    const session = { name: body.get('name') ?? '', epoch: body.get('epoch'), tags: [] as FlvTag[] };
    const name = `kept-${sessions.push(session)}`;
    const inPlace = new Promise<void>((resolve) => {
      played = resolve;
    });
    const onTag = (tag: FlvTag): void => void session.tags.push(tag);
    pulls.push(startRtmpPull({ url: `${sink.url}/${name}`, log, onTag, onGone: () => undefined }));
    await inPlace;
    return name;
  };
  const hooks = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (request.url === '/play') {
      response.writeHead(200).end(() => setImmediate(() => played()));
    } else if (sink.open) {
      const location = await read(new URLSearchParams(Buffer.concat(chunks).toString()));
      response.writeHead(302, { location }).end();
    } else response.writeHead(403).end();
  });
  hooks.listen(0, '127.0.0.1');
  await once(hooks, 'listening');
  const { port: hookPort } = hooks.address() as AddressInfo;
  await writeFile(join(dir, 'nginx.conf'), formatConf({ dir, address, port, hookPort }));
  const child = spawn('nginx', ['-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf')], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await until(() => accepts(address, port), 'the RTMP sink');
  const close = async (): Promise<void> => {
    for (const pull of pulls) pull.close();
    child.kill('SIGKILL');
    await ended;
    hooks.closeAllConnections();
    hooks.close();
    await rm(dir, { recursive: true, force: true });
  };
  return Object.assign(sink, { pid: child.pid!, close });
}

function formatConf(at: { dir: string; address: string; port: number; hookPort: number }): string {
  return `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid ${at.dir}/pid; error_log stderr crit;
events { worker_connections 64; }
rtmp { access_log off; server { listen ${at.address}:${at.port}; application live {
  live on; meta copy; wait_key on; idle_streams on;
  on_publish http://127.0.0.1:${at.hookPort}/publish; on_play http://127.0.0.1:${at.hookPort}/play;
} } }
`;
}
