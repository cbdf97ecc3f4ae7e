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
import type { StoreOptions } from '../../src/lib/store/store.ts';
import { siteOf } from '../../src/lib/store/store-site.ts';

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
  readonly nodes: readonly StoreNode[];
  readonly dir: string;
  /** How to connect as a user. */
  as(user: StoreUser): StoreOptions & { readonly keySecretFile: string };
  close(): Promise<void>;
}

/** Starts `count` stores on `127.A.1.1` and on. */
export async function startStoreNodes(block: string, count: number): Promise<StoreNodes> {
  const dir = join(await mkdtemp(join(tmpdir(), 'sc-stores-')), 'stores');
  const layout = clusterLayout(dir);
  const spec = parseSpec(formatSpec(block, count), 'stores.yaml').spec!;
  const templates = await loadTemplates();
  const plans = planNodes(spec, { clusterDir: dir, nodeBinary: '/node', program: '/program', templates });
  for (const { node, files } of plans) {
    const own = nodeLayout(dir, node.name);
    await mkdir(own.data, { recursive: true });
    for (const { path, text } of files) await writeWholeFile(join(own.dir, path), text);
  }
  await makeSecrets(spec.cluster, { layout, nodes: spec.nodes, changes: new Changes('apply') });
  const children = new Set<ChildProcess>();
  const nodes = plans.map(({ node, units }): StoreNode => {
    const unit = (name: string): StoreUnit | null => {
      const planned = units.find((one) => one.unit.name === name);
      return planned === undefined ? null : createUnit(planned.unit.argv, children);
    };
    return { peer: node, redis: unit('redis')!, sentinel: unit('sentinel') };
  });
  return {
    nodes,
    dir,
    as: (user) => ({
      ...siteOf(spec.cluster, spec.nodes),
      user,
      passwordFile: layout.redisPasswords[user],
      keySecretFile: layout.keySecret,
    }),
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
  start();
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

function formatSpec(block: string, count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => {
    const roles = index === 0 ? 'store, ingest, origin, edge' : 'store, origin';
    return `  - { name: us-${index + 1}, region: us, roles: [${roles}] }`;
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
