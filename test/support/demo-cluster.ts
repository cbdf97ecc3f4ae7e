/** A whole cluster of two regions as a user would start it, playing the test picture as "demo". */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadClusterByName } from '../../src/lib/nodes/cluster-view.ts';
import type { Peer, Role } from '../../src/lib/nodes/node-config.ts';
import { waitUntilPlayed } from '../../src/lib/viewer/wait-until-played.ts';

export interface DemoClusterOptions {
  readonly name: string;
  /** Lines of the spec's `media`, indented by two. */
  readonly media: string;
  /** `127.N.0.0/16`; from the name unless told. */
  readonly block?: string;
  /** Lines of the spec's `nodes`, indented by two. Default: in each region one that makes streams and an edge. */
  readonly nodes?: string;
  /** More words for `publish test demo`. */
  readonly publish?: readonly string[];
}

export interface DemoCluster {
  readonly specFile: string;
  /** Where its files are. */
  readonly dir: string;
  /** Environment for streamctl: its state is in a folder of its own. */
  readonly env: NodeJS.ProcessEnv;
  /** `http://ADDRESS:PORT` of every edge, us first. */
  readonly edgeUrls: readonly string[];
  readonly originUrls: readonly string[];
  readonly contributionUrls: readonly string[];
  /** Runs streamctl on this cluster with `--json` and returns what it printed. */
  run(...words: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const PLAY_TIMEOUT_MS = 30_000;

/** Starts the built program's cluster, publishes, and waits until both regions play. */
export async function startDemoCluster(options: DemoClusterOptions): Promise<DemoCluster> {
  const home = await mkdtemp(join(tmpdir(), `streamctl-${options.name}-`));
  const specFile = join(home, 'streamctl.yaml');
  await writeFile(specFile, formatSpec(options));
  const env = { ...process.env, STREAMCTL_HOME: home };
  const run = async (...words: readonly string[]): Promise<unknown> => {
    const argv = [...words, '--spec', specFile, '--json'];
    const { stdout } = await promisify(execFile)(join(ROOT, 'bin/streamctl'), argv, {
      env,
      maxBuffer: 2 ** 24,
    });
    return JSON.parse(stdout);
  };
  const close = async (): Promise<void> => {
    await run('down', '--purge', '--yes');
    await rm(home, { recursive: true, force: true });
  };
  try {
    await run('up');
    await run('publish', 'test', 'demo', '--detach', ...(options.publish ?? []));
    const { peers, dir } = await loadClusterByName(home, options.name);
    const edgeUrls = urlsOf(peers, 'edge', 'http');
    await Promise.all(edgeUrls.map(waitForDemo));
    const originUrls = urlsOf(peers, 'origin', 'origin');
    const contributionUrls = urlsOf(peers, 'ingest', 'contribution');
    return { specFile, dir, env, edgeUrls, originUrls, contributionUrls, run, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

const NODES = `  - { name: us-1, region: us, roles: [store, ingest, origin] }
  - { name: us-2, region: us, roles: [edge] }
  - { name: eu-1, region: eu, roles: [ingest, origin] }
  - { name: eu-2, region: eu, roles: [edge] }`;

function formatSpec({ name, media, block, nodes = NODES }: DemoClusterOptions): string {
  return `version: 1
cluster: ${name}
${block === undefined ? '' : `network: { block: ${block} }`}
regions:
  - name: us
  - name: eu
nodes:
${nodes}
media:
${media}
streams:
  - name: demo
    source: { width: 1280, height: 720, fps: 30 }
`;
}

function urlsOf(peers: readonly Peer[], role: Role, port: 'http' | 'origin' | 'contribution'): string[] {
  return peers
    .filter(({ roles }) => roles.includes(role))
    .map(({ address, ports }) => `http://${address}:${ports[port]}`);
}

async function waitForDemo(edge: string): Promise<void> {
  await waitUntilPlayed({ url: `${edge}/live/demo/index.m3u8`, timeoutMs: PLAY_TIMEOUT_MS });
}
