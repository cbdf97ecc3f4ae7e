/** Two regions with an edge each, in processes of their own: to be killed, stopped, and made to answer what is old. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPlayer } from '../../bin/build-player.ts';
import { freePort } from './free-port.ts';
import { encodeVideo } from './real-media.ts';
import type { RegionEdgeSettings } from './run-region-edge.ts';
import { syntheticZeroMs } from './synthetic-origin.ts';

/** Old playlists: at once, after 1.5 s, or a 503 after 0.6 s. */
export type EdgeFault = 'none' | 'old-200' | 'held-200' | 'held-503';

export type RegionLoss = 'kill' | 'stop' | Exclude<EdgeFault, 'none'>;

export interface RegionEdge {
  readonly region: string;
  readonly watchUrl: string;
  /** Loses the region in one way. */
  lose(loss: RegionLoss): Promise<void>;
  /** Brings it back, whatever it was. */
  heal(): Promise<void>;
}

export interface RegionEdges {
  readonly us: RegionEdge;
  readonly eu: RegionEdge;
  close(): Promise<void>;
}

/** Starts both on two loopback addresses. */
export async function startRegionEdges(addresses: readonly [string, string]): Promise<RegionEdges> {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-regions-'));
  const www = join(dir, 'www');
  const mediaFile = join(dir, 'video.mp4');
  await buildPlayer(join(import.meta.dirname, '../..'), www);
  await writeFile(mediaFile, await encodeVideo());
  const pathways = await Promise.all(
    (['us', 'eu'] as const).map(async (region, at) => {
      const address = addresses[at]!;
      return { name: `${region}-1`, region, baseUrl: `http://${address}:${await freePort(address)}` };
    }),
  );
  const zeroMs = syntheticZeroMs();
  const edges = pathways.map((pathway) => new Edge({ pathway, pathways, zeroMs, mediaFile, www }));
  await Promise.all(edges.map((edge) => edge.start()));
  const [us, eu] = edges as [Edge, Edge];
  const close = async (): Promise<void> => {
    await Promise.all(edges.map((edge) => edge.close()));
    await rm(dir, { recursive: true, force: true });
  };
  return { us, eu, close };
}

class Edge implements RegionEdge {
  readonly region: string;
  readonly watchUrl: string;
  readonly #settings: RegionEdgeSettings;
  #child: ChildProcess | null = null;

  constructor(settings: RegionEdgeSettings) {
    this.#settings = settings;
    this.region = settings.pathway.region;
    this.watchUrl = `${settings.pathway.baseUrl}/watch/test`;
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
    else await this.#say(loss);
  }

  async heal(): Promise<void> {
    if (this.#child === null) return await this.start();
    this.#child.kill('SIGCONT');
    await this.#say('none');
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async #say(fault: EdgeFault): Promise<void> {
    await fetch(`${this.#settings.pathway.baseUrl}/fault/${fault}`, { signal: AbortSignal.timeout(5000) });
  }
}
