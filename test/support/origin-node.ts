/** Origins on loopback addresses of their own, and pipelines that feed them by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { encodeFrame } from '../../src/lib/feed/codec.ts';
import type { FeedFrame } from '../../src/lib/feed/message.ts';
import type { NodeConfig, Peer } from '../../src/lib/nodes/node-config.ts';
import { type Origin, type OriginDeps, startOrigin } from '../../src/lib/origin/main.ts';
import { DEFAULT_PORTS } from '../../src/lib/spec/defaults.ts';

export function peer(name: string, address: string, roles: Peer['roles'] = ['origin']): Peer {
  return { name, region: name.split('-')[0]!, address, roles, ports: DEFAULT_PORTS, weight: 1 };
}

export function nodeConfig(node: Peer, peers: readonly Peer[], dir: string): NodeConfig {
  const settings = {
    segmentSec: 2,
    partSec: 0.5,
    dvrSec: 300,
    ladder: [],
    audioKbps: 96,
    encoder: 'libx264',
    preset: 'ultrafast',
    video: 'encode',
    shedTopRendition: true,
    slate: { afterSec: 1, maxSec: 60, text: '' },
  } as const;
  return {
    version: 1,
    cluster: 'test',
    node,
    peers,
    regions: [...new Set(peers.map(({ region }) => region))],
    defaults: settings,
    streams: {},
    dirs: {
      node: dir,
      data: join(dir, 'data'),
      log: join(dir, 'log'),
      services: join(dir, 'services'),
      www: join(dir, 'www'),
    },
    files: { keySecret: '', redisPassword: '', nodeBinary: process.execPath, program: '' },
  };
}

const cleanups = new WeakMap<TestContext, (() => Promise<unknown> | unknown)[]>();

/** Runs when the test ends, the newest first: what is stopped last was started first. */
export function cleanUp(t: TestContext, work: () => Promise<unknown> | unknown): void {
  const known = cleanups.get(t);
  if (known !== undefined) {
    known.push(work);
    return;
  }
  const all = [work];
  cleanups.set(t, all);
  t.after(async () => {
    for (const one of all.reverse()) await one();
  });
}

export async function temporaryDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-origin-'));
  cleanUp(t, () => rm(dir, { recursive: true, force: true }));
  return dir;
}

export interface TestOrigin extends Origin {
  readonly url: string;
  readonly dir: string;
}

/** Starts an origin that the test's end closes. */
export async function startTestOrigin(
  t: TestContext,
  node: Peer,
  { peers = [node], deps = {}, dir }: { peers?: readonly Peer[]; deps?: OriginDeps; dir?: string } = {},
): Promise<TestOrigin> {
  const at = dir ?? (await temporaryDir(t));
  const origin = await startOrigin(nodeConfig(node, peers, at), deps);
  cleanUp(t, () => origin.close());
  return { ...origin, url: `http://${node.address}:${node.ports.origin}`, dir: at };
}

/** A pipeline's end of a feed. */
export interface Sender {
  send(frames: readonly FeedFrame[]): void;
  /** Ends the feed; resolves when the origin has answered or hung up. */
  end(): Promise<void>;
  readonly ended: Promise<number | null>;
}

export function openFeed(t: TestContext, url: string, stream = 'demo'): Sender {
  let status: (value: number | null) => void = () => undefined;
  const ended = new Promise<number | null>((resolve) => {
    status = resolve;
  });
  const req: ClientRequest = request(`${url}/feed/${stream}`, { method: 'POST', agent: false }, (res) => {
    res.resume();
    status(res.statusCode ?? null);
  });
  req.on('error', () => status(null));
  req.on('close', () => status(null));
  req.flushHeaders();
  cleanUp(t, () => req.destroy());
  return {
    send: (frames) => {
      for (const { message, body } of frames) req.write(encodeFrame(message, body));
    },
    end: async () => {
      req.end();
      await ended;
    },
    ended,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly text: string;
}

/** One request on a connection of its own; bodies are not decompressed. */
export function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(url, { agent: false, ...options }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({ status: res.statusCode!, headers: res.headers, body, text: body.toString() });
      });
    });
    req.on('error', reject);
    req.end();
  });
}

/** Asks again until the condition holds; fails after `limitMs` with the last answer. */
export async function askUntil(
  url: string,
  condition: (answer: Answer) => boolean,
  { limitMs = 5000, asking = ask }: { limitMs?: number; asking?: (url: string) => Promise<Answer> } = {},
): Promise<Answer> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await asking(url);
    if (condition(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`${url} stayed at ${answer.status}: ${answer.text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
