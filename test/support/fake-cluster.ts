/** A cluster of fake agents that answer whatever a test sets, and the record that makes commands find it. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentReport } from '../../src/lib/health/report.ts';
import type { ClusterRecord } from '../../src/lib/nodes/cluster-view.ts';
import { clusterLayout } from '../../src/lib/nodes/layout.ts';
import type { Peer } from '../../src/lib/nodes/node-config.ts';
import { createAgent, KNOWN, PEERS } from './cluster-answers.ts';

const ROOT = join(import.meta.dirname, '../..');
const DEFAULTS: ClusterRecord['defaults'] = {
  segmentSec: 2,
  partSec: 0.5,
  dvrSec: 300,
  ladder: [{ name: '720p', width: 1280, height: 720, videoKbps: 2400 }],
  audioKbps: 128,
  encoder: 'libx264',
  preset: 'ultrafast',
  video: 'encode',
  shedTopRendition: true,
  slate: { afterSec: 1, maxSec: 30, text: 'soon' },
};

export interface FakeCluster {
  readonly home: string;
  readonly peers: readonly Peer[];
  /** What an agent answers from now on; null: its server is closed and refuses. */
  readonly set: (node: string, changes: Partial<AgentReport> | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts agents on 127.206.`third`.x. */
export async function startFakeCluster(third: number): Promise<FakeCluster> {
  const home = await mkdtemp(join(tmpdir(), 'streamctl-fake-'));
  const peers = PEERS.map((peer, index) => ({ ...peer, address: `127.206.${third}.${index + 1}` }));
  await writeRecord(home, peers);
  const said = new Map<string, Partial<AgentReport>>();
  const servers = new Map<string, Server>();
  for (const peer of peers) servers.set(peer.name, await startAgent(peer, () => said.get(peer.name) ?? {}));
  const stop = async (name: string) => {
    const server = servers.get(name);
    servers.delete(name);
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    home,
    peers,
    set: async (node, changes) => {
      if (changes === null) return await stop(node);
      said.set(node, changes);
    },
    close: async () => {
      for (const { name } of peers) await stop(name);
      await rm(home, { recursive: true });
    },
  };
}

async function startAgent(peer: Peer, changes: () => Partial<AgentReport>): Promise<Server> {
  const server = createServer((_, response) => {
    const nowMs = Date.now();
    response.end(JSON.stringify(shiftTimes(createAgent(peer, { nowMs, ...changes() }), nowMs)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(peer.ports.agent, peer.address, resolve);
  });
  return server;
}

/** The builders count from a fixed time; a running cluster's feeds are fresh. */
function shiftTimes(report: AgentReport, nowMs: number): AgentReport {
  const streams = (report.origin?.streams ?? []).map((stream) => ({
    ...stream,
    feeds: stream.feeds.map((feed) => ({ ...feed, lastPartMs: nowMs - 200 })),
  }));
  return { ...report, origin: report.origin === null ? null : { ...report.origin, streams } };
}

async function writeRecord(home: string, peers: readonly Peer[]): Promise<void> {
  const { dir, record } = clusterLayout(join(home, KNOWN.name));
  await mkdir(dir, { recursive: true });
  const content: ClusterRecord = {
    version: 1,
    cluster: KNOWN.name,
    specFile: join(home, 'streamctl.yaml'),
    specDigest: '',
    regions: KNOWN.regions,
    peers,
    streams: { demo: DEFAULTS },
    defaults: DEFAULTS,
    block: '127.206',
    program: '',
    streamctl: '0.1.0',
  };
  await writeFile(record, JSON.stringify(content));
}

/** How to run a command of streamctl from source on this cluster. */
export function commandLine(...words: string[]): [string, string[]] {
  return [join(ROOT, 'bin/dev'), [...words, '--cluster', KNOWN.name]];
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, its output to pipes; `onStart` gets a way to signal it. */
export function runCommand(
  home: string,
  words: readonly string[],
  onOutput: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ran> {
  const [program, args] = commandLine(...words);
  const child = spawn(program, args, { env: { ...process.env, STREAMCTL_HOME: home } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    onOutput(stdout, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
