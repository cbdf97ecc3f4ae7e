/** The store of a cluster without the cluster: Redis and Sentinel of each store node, from the files that `up` writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterLayout, nodeLayout } from '../../src/lib/nodes/layout.ts';
import type { Peer } from '../../src/lib/nodes/node-config.ts';
import { Changes } from '../../src/lib/provision/changes.ts';
import { planNodes } from '../../src/lib/provision/plan-nodes.ts';
import { makeSecrets } from '../../src/lib/provision/secrets.ts';
import { writeWholeFile } from '../../src/lib/provision/write-file.ts';
import { NODE_TEMPLATES } from '../../src/lib/render/node-files.ts';
import type { StoreUser } from '../../src/lib/render/store-access.ts';
import { parseSpec } from '../../src/lib/spec/parse-spec.ts';
import { openCommandLine } from '../../src/lib/store/command-line.ts';
import type { StoreOptions } from '../../src/lib/store/store.ts';
import { type Place, siteOf } from '../../src/lib/store/store-site.ts';
import { until } from './until.ts';

export interface StoreNode {
  readonly peer: Peer;
  readonly redis: StoreUnit;
  readonly sentinel: StoreUnit | null;
}

/** A server that can be killed, frozen and started again with the files that it left. */
export interface StoreUnit {
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  start(): void;
  readonly pid: number;
}

export interface StoreNodes {
  /** Those of the spec as it is now. */
  readonly nodes: readonly StoreNode[];
  readonly dir: string;
  /** How to connect as a user. */
  as(user: StoreUser): StoreOptions & { readonly keySecretFile: string };
  /** Asks one server. */
  ask(place: Place, words: readonly string[], user?: StoreUser): Promise<unknown>;
  /** As `up` does with another list of nodes: their files, new ones started, then the others anew, one by one. */
  change(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts `count` stores on `127.A.1.1` and on: `us-1`, `us-2` … */
export async function startStoreNodes(block: string, count: number): Promise<StoreNodes> {
  const dir = join(await mkdtemp(join(tmpdir(), 'sc-stores-')), 'stores');
  const layout = clusterLayout(dir);
  const templates = await loadTemplates();
  const children = new Set<ChildProcess>();
  /** Writes the files of these nodes; servers that are there already stay as they are. */
  const write = async (names: readonly string[], there: readonly StoreNode[]) => {
    const spec = parseSpec(formatSpec(block, names), 'stores.yaml').spec!;
    const plans = planNodes(spec, { clusterDir: dir, nodeBinary: '/node', program: '/program', templates });
    for (const { node, files } of plans) {
      const own = nodeLayout(dir, node.name);
      await mkdir(own.data, { recursive: true });
      for (const { path, text } of files) await writeWholeFile(join(own.dir, path), text);
    }
    await makeSecrets(spec.cluster, { layout, nodes: spec.nodes, changes: new Changes('apply') });
    const nodes = plans.map(({ node, units }): StoreNode => {
      const unit = (name: string): StoreUnit | null => {
        const planned = units.find((one) => one.unit.name === name);
        return planned === undefined ? null : createUnit(planned.unit.argv, children);
      };
      const present = there.find(({ peer }) => peer.name === node.name);
      return present ?? { peer: node, redis: unit('redis')!, sentinel: unit('sentinel') };
    });
    return { spec, nodes };
  };
  let now = await write(
    Array.from({ length: count }, (_, index) => `us-${index + 1}`),
    [],
  );
  for (const { redis, sentinel } of now.nodes) {
    redis.start();
    sentinel?.start();
  }
  const as: StoreNodes['as'] = (user) => ({
    ...siteOf(now.spec.cluster, now.spec.nodes),
    user,
    passwordFile: layout.redisPasswords[user],
    keySecretFile: layout.keySecret,
  });
  const ask: StoreNodes['ask'] = async (place, words, user = 'operator') => {
    const line = await openCommandLine(place, { timeoutMs: 5000 });
    try {
      await line.ask(['AUTH', user, (await readFile(layout.redisPasswords[user], 'utf8')).trim()]);
      return await line.ask(words);
    } finally {
      line.close();
    }
  };
  const startAgain = async ({ peer, redis, sentinel }: StoreNode, isNew: boolean): Promise<void> => {
    if (!isNew) await Promise.all([redis.signal('SIGKILL'), sentinel?.signal('SIGKILL')]);
    redis.start();
    const place = { address: peer.address, port: peer.ports.redis };
    await until(async () => (await ask(place, ['PING']).catch(() => '')) === 'PONG', `${peer.name} to start`);
    sentinel?.start();
  };
  return {
    get nodes() {
      return now.nodes;
    },
    dir,
    as,
    ask,
    change: async (names) => {
      const there = now.nodes;
      now = await write(names, there);
      const isNew = (node: StoreNode): boolean => !there.includes(node);
      for (const node of now.nodes.filter(isNew)) await startAgain(node, true);
      for (const node of now.nodes.filter((one) => !isNew(one))) await startAgain(node, false);
    },
    close: async () => {
      await Promise.all([...children].map(end));
      await rm(join(dir, '..'), { recursive: true, force: true });
    },
  };
}

function createUnit(argv: readonly [string, ...string[]], children: Set<ChildProcess>): StoreUnit {
  let child: ChildProcess | null = null;
  const start = (): void => {
    const [command, ...args] = argv;
    child = spawn(command, args, { stdio: 'ignore' });
    children.add(child);
  };
  return {
    start,
    get pid() {
      return child!.pid!;
    },
    signal: async (name) => {
      const ended = once(child!, 'exit');
      child!.kill(name);
      if (name === 'SIGKILL') await ended;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function formatSpec(block: string, names: readonly string[]): string {
  const nodes = names.map((name, index) => {
    const roles = index === 0 ? 'store, ingest, origin, edge' : 'store, origin';
    return `  - { name: ${name}, region: us, roles: [${roles}] }`;
  });
  return `version: 1\ncluster: stores\nnetwork: { block: ${block} }\nregions: [{ name: us }]\nnodes:\n${nodes.join('\n')}\n`;
}

async function loadTemplates(): Promise<Record<string, string>> {
  const folder = join(import.meta.dirname, '../../templates');
  const entries = NODE_TEMPLATES.map(
    async (name) => [name, await readFile(join(folder, name), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
