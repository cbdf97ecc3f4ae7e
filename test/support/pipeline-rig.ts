/** One stream's pipelines under test: a fake contribution, and a replica with a feed sink of its own for each name. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/lib/base/clock.ts';
import type { NodeConfig, Peer } from '../../src/lib/nodes/node-config.ts';
import { type RunningPipeline, startPipeline } from '../../src/lib/pipeline/pipeline.ts';
import type { StreamSettings } from '../../src/lib/spec/stream-settings.ts';
import { type FakeContribution, startFakeContribution } from './fake-contribution.ts';
import { FeedSink } from './feed-sink.ts';

export interface Replica {
  readonly sink: FeedSink;
  readonly pipeline: RunningPipeline;
  /** The words it logged. */
  readonly logged: readonly string[];
}

export const TEST_SETTINGS: StreamSettings = {
  segmentSec: 2,
  partSec: 0.5,
  dvrSec: 60,
  ladder: [
    { name: '180p', width: 320, height: 180, videoKbps: 300 },
    { name: '90p', width: 160, height: 90, videoKbps: 100 },
  ],
  audioKbps: 64,
  encoder: 'libx264',
  preset: 'ultrafast',
  video: 'encode',
  shedTopRendition: false,
  slate: { afterSec: 0.75, maxSec: 30, text: 'Back soon' },
};

export interface RigOptions {
  readonly address: string;
  readonly settings?: Partial<StreamSettings>;
}

export class PipelineRig {
  readonly contribution: FakeContribution;
  /** Of an ingest node in another region; nobody publishes to it unless told to. */
  readonly abroad: FakeContribution;
  readonly directory: string;
  readonly #options: RigOptions;
  #replicas: Replica[] = [];

  constructor(options: RigOptions, parts: Pick<PipelineRig, 'contribution' | 'abroad' | 'directory'>) {
    this.#options = options;
    this.contribution = parts.contribution;
    this.abroad = parts.abroad;
    this.directory = parts.directory;
  }

  /** What a replica's node.json says. */
  config(name: string, originPort: number): NodeConfig {
    const { address, settings } = this.#options;
    const ports = { rtmp: 1, http: 1, origin: originPort, agent: 1, redis: 1, sentinel: 1 };
    const node: Peer = {
      ...{ name, region: 'us', address, weight: 1, roles: ['ingest', 'origin'] },
      ports: { ...ports, contribution: this.contribution.port },
    };
    const abroad: Peer = {
      ...{ ...node, name: 'ap-1', region: 'ap', roles: ['ingest'] },
      ports: { ...ports, contribution: this.abroad.port },
    };
    const dir = join(this.directory, name);
    return {
      ...{ version: 1, cluster: 'test', node, peers: [node, abroad], regions: ['us', 'ap'] },
      ...{ defaults: { ...TEST_SETTINGS, ...settings }, streams: {} },
      dirs: { node: dir, data: dir, log: dir, services: dir, www: dir },
      files: { keySecret: '', redisPassword: '', nodeBinary: '', program: '' },
    };
  }

  async startReplica(name: string): Promise<Replica> {
    const sink = new FeedSink();
    const port = await sink.listen(this.#options.address);
    const logged: string[] = [];
    const log = pino({}, { write: (line) => logged.push((JSON.parse(line) as { msg: string }).msg) });
    const deps = { clock: systemClock, log };
    const pipeline = await startPipeline(this.config(name, port), 'demo', deps);
    const replica = { sink, pipeline, logged };
    this.#replicas.push(replica);
    return replica;
  }

  async close(): Promise<void> {
    for (const { pipeline, sink } of this.#replicas) {
      await pipeline.close();
      await sink.close();
    }
    await this.contribution.close();
    await this.abroad.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function startRig(options: RigOptions): Promise<PipelineRig> {
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-'));
  const [contribution, abroad] = [
    await startFakeContribution(options.address),
    await startFakeContribution(options.address),
  ];
  return new PipelineRig(options, { contribution, abroad, directory });
}
