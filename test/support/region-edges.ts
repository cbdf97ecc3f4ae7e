/** Two regions with an edge each, in processes of their own: to be killed, stopped, and made to answer what is old. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPlayer } from '../../bin/build-player.ts';
import { freePort } from './free-port.ts';
import { encodeVideo } from './real-media.ts';
import type { RegionEdgeSettings } from './run-region-edge.ts';
import { syntheticZeroMs } from './synthetic-origin.ts';

/** Old playlists: at once, after 1.5 s, or a 503 after 0.6 s. */
export type EdgeFault = 'none' | 'old-200' | 'held-200' | 'held-503';

/** What an edge is told; what is not named stays. */
export interface EdgeOrder {
  readonly fault?: EdgeFault;
  /** The region to which the steering servers move players; null: nobody is moved. */
  readonly movedTo?: string | null;
}

export type RegionLoss = 'kill' | 'stop' | Exclude<EdgeFault, 'none'>;

export interface RegionEdge {
  readonly region: string;
  readonly baseUrl: string;
  readonly watchUrl: string;
  /** Loses the region in one way. */
  lose(loss: RegionLoss): Promise<void>;
  /** Brings it back, whatever it was. */
  heal(): Promise<void>;
}

export interface RegionEdges {
  readonly us: RegionEdge;
  readonly eu: RegionEdge;
  /** Moves all players to a region, or back to where they began. */
  move(to: string | null): Promise<void>;
  close(): Promise<void>;
}

export interface RegionEdgesOptions {
  /** A round trip to each. */
  readonly delayMs?: number;
  /** With a certificate that nobody has signed. */
  readonly tls?: boolean;
}

/** Starts both on two loopback addresses. */
export async function startRegionEdges(
  addresses: readonly [string, string],
  { delayMs = 0, tls = false }: RegionEdgesOptions = {},
): Promise<RegionEdges> {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-regions-'));
  const www = join(dir, 'www');
  const mediaFile = join(dir, 'video.mp4');
  await buildPlayer(join(import.meta.dirname, '../..'), www);
  await writeFile(mediaFile, await encodeVideo());
  const pathways = await Promise.all(
    (['us', 'eu'] as const).map(async (region, at) => {
      const address = addresses[at]!;
      return {
        name: `${region}-1`,
        region,
        baseUrl: `${tls ? 'https' : 'http'}://${address}:${await freePort(address)}`,
      };
    }),
  );
  const zeroMs = syntheticZeroMs();
  const way = { ...(delayMs > 0 && { delayMs }), ...(tls && { tls: await makeCertificate(dir) }) };
  const edges = pathways.map((pathway) => new Edge({ pathway, pathways, zeroMs, mediaFile, www, ...way }));
  await Promise.all(edges.map((edge) => edge.start()));
  const [us, eu] = edges as [Edge, Edge];
  const close = async (): Promise<void> => {
    await Promise.all(edges.map((edge) => edge.close()));
    await rm(dir, { recursive: true, force: true });
  };
  const move = async (movedTo: string | null): Promise<void> => {
    await Promise.all(edges.map((edge) => edge.say({ movedTo })));
  };
  return { us, eu, move, close };
}

async function makeCertificate(dir: string): Promise<{ key: string; cert: string }> {
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test';
  await promisify(execFile)('openssl', [...words.split(' '), '-keyout', keyFile, '-out', certFile]);
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
}

class Edge implements RegionEdge {
  readonly region: string;
  readonly baseUrl: string;
  readonly watchUrl: string;
  readonly #settings: RegionEdgeSettings;
  #child: ChildProcess | null = null;

  constructor(settings: RegionEdgeSettings) {
    this.#settings = settings;
    this.region = settings.pathway.region;
    this.baseUrl = settings.pathway.baseUrl;
    this.watchUrl = `${this.baseUrl}/watch/test`;
  }

  async start(): Promise<void> {
    const file = join(import.meta.dirname, 'run-region-edge.ts');
    this.#child = fork(file, [JSON.stringify(this.#settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(this.#child, 'message');
  }

  async lose(loss: RegionLoss): Promise<void> {
    if (loss === 'kill') await this.close();
    else if (loss === 'stop') this.#child?.kill('SIGSTOP');
    else await this.say({ fault: loss });
  }

  async heal(): Promise<void> {
    if (this.#child === null) return await this.start();
    this.#child.kill('SIGCONT');
    await this.say({ fault: 'none' });
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async say(order: EdgeOrder): Promise<void> {
    const child = this.#child as ChildProcess;
    child.send(order);
    await once(child, 'message');
  }
}
