import { join } from 'node:path';
import type { NodeConfig, Ports, Role } from '../../src/lib/nodes/node-config.ts';
import { DEFAULT_PORTS } from '../../src/lib/spec/defaults.ts';
import type { StreamSettings } from '../../src/lib/spec/stream-settings.ts';

const DEFAULTS: StreamSettings = {
  segmentSec: 2,
  partSec: 0.5,
  dvrSec: 300,
  ladder: [{ name: '180p', width: 320, height: 180, videoKbps: 300 }],
  audioKbps: 64,
  encoder: 'libx264',
  preset: 'ultrafast',
  video: 'encode',
  shedTopRendition: true,
  slate: { afterSec: 2, maxSec: 60, text: 'Back soon' },
};

export interface TestNode {
  readonly name?: string;
  readonly address: string;
  /** The node's folder; secrets are expected in it as `key-secret` and `password`. */
  readonly dir: string;
  readonly ports: Partial<Ports>;
  readonly roles?: readonly Role[];
}

/** A cluster of one node in region `us`. */
export function nodeConfig(options: TestNode): NodeConfig {
  const { dir } = options;
  const node = {
    name: options.name ?? 'us-1',
    region: 'us',
    address: options.address,
    roles: options.roles ?? (['store', 'ingest', 'origin', 'edge'] as const),
    ports: { ...DEFAULT_PORTS, ...options.ports },
    weight: 1,
  };
  return {
    version: 1,
    cluster: 'test',
    node,
    peers: [node],
    regions: ['us'],
    defaults: DEFAULTS,
    streams: {},
    dirs: {
      node: dir,
      data: join(dir, 'data'),
      log: join(dir, 'log'),
      services: join(dir, 'services'),
      www: join(dir, 'www'),
    },
    files: {
      keySecret: join(dir, 'key-secret'),
      redisPassword: join(dir, 'password'),
      nodeBinary: process.execPath,
      program: '/nonexistent/program.mjs',
    },
  };
}
