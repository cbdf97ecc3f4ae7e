/** The units of a node, by its roles (the table of ARCHITECTURE.md), and how to tell that each is healthy. Pure. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { nodeLayout } from '../nodes/layout.ts';
import type { NodeConfig, Peer, Ports } from '../nodes/node-config.ts';
import type { Unit } from '../nodes/service-manager.ts';
import type { RenderedFile } from '../render/node-files.ts';
import { outlineAccess } from '../render/store-access.ts';
import { isReplicated, siteOf } from '../store/store-site.ts';

/** What a healthy unit answers to. */
export type Probe =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly port: number; readonly path: string; readonly ok: boolean };

export interface PlannedUnit {
  readonly unit: Unit;
  readonly probe: Probe;
  /** The unit opens these; nothing else may hold them. */
  readonly ports: readonly (keyof Ports)[];
}

/** Carries the digest of all that a unit reads, so that the unit changes when its files do. */
const DIGEST_VARIABLE = 'STREAMCTL_UNIT_DIGEST';

const STOP_TIMEOUT_SEC = 5;

/** Returns the units of a node. `files` are the node's rendered files: a unit depends on those that it reads. */
export function planUnits(config: NodeConfig, files: readonly RenderedFile[]): PlannedUnit[] {
  const { roles, ports } = config.node;
  const has = (role: (typeof roles)[number]): boolean => roles.includes(role);
  const planned: PlannedUnit[] = [];
  if (has('store')) planned.push(...planStore(config, files));
  planned.push(
    planDaemon(config, 'agent', {
      needs: {
        node: placeOf(config.node),
        dirs: config.dirs,
        files: config.files,
        store: [config.storeUser, siteOf(config.cluster, config.peers)],
      },
      probe: { kind: 'http', port: ports.agent, path: '/v1/status', ok: true },
    }),
  );
  if (has('ingest')) {
    planned.push(planServer(config, files, { name: 'nginx-ingest' }));
    planned.push(
      planDaemon(config, 'contribution', {
        needs: placeOf(config.node),
        probe: { kind: 'tcp', port: ports.contribution },
      }),
    );
  }
  if (has('origin') || has('edge')) {
    const probe = { kind: 'http', port: ports.origin, path: '/status', ok: true } as const;
    planned.push(planDaemon(config, 'origin', { needs: placeOf(config.node), probe }));
  }
  if (has('edge')) planned.push(planServer(config, files, { name: 'nginx-edge' }));
  return planned;
}

/** The ports that the units of a node open. */
export function portsOf(node: Peer, peers: readonly Peer[]): readonly { unit: string; port: keyof Ports }[] {
  const has = (...roles: Peer['roles']): boolean => roles.some((role) => node.roles.includes(role));
  const opened: readonly (readonly [string, keyof Ports, boolean])[] = [
    ['redis', 'redis', has('store')],
    ['sentinel', 'sentinel', has('store') && isReplicated(peers)],
    ['agent', 'agent', true],
    ['nginx-ingest', 'rtmp', has('ingest')],
    ['contribution', 'contribution', has('ingest')],
    ['origin', 'origin', has('origin', 'edge')],
    ['nginx-edge', 'http', has('edge')],
  ];
  return opened.flatMap(([unit, port, is]) => (is ? [{ unit, port }] : []));
}

/** A daemon of ours depends on the program and on the part of node.json that it does not read again by itself. */
function planDaemon(
  config: NodeConfig,
  name: 'agent' | 'contribution' | 'origin',
  { needs, probe }: { readonly needs: unknown; readonly probe: Probe },
): PlannedUnit {
  const { nodeBinary, program } = config.files;
  const configFile = join(config.dirs.node, 'node.json');
  const argv = [nodeBinary, program, 'daemon', name, '--config', configFile] as const;
  return { unit: createUnit(name, argv, JSON.stringify(needs)), probe, ports: [name] };
}

/** What a daemon keeps to while it runs: a weight is the ring's, and changing it restarts nothing. */
function placeOf({ weight, capacity, ...place }: Peer): Omit<Peer, 'weight' | 'capacity'> {
  return place;
}

/** One store is Redis as it is; of several each is started in the role that it has, and watched by a Sentinel. */
function planStore(config: NodeConfig, files: readonly RenderedFile[]): PlannedUnit[] {
  const access = outlineAccess(config.cluster);
  if (!isReplicated(config.peers)) return [planServer(config, files, { name: 'redis', access })];
  return (['redis', 'sentinel'] as const).map((name) => {
    const texts = [`${name}.conf`, `${name}-start.sh`].map((file) => textOf(files, join('conf', file)));
    const argv = ['/bin/sh', join(config.dirs.node, 'conf', `${name}-start.sh`)] as const;
    const probe = { kind: 'tcp', port: config.node.ports[name] } as const;
    return { unit: createUnit(name, argv, [...texts, access].join('\n')), probe, ports: [name] };
  });
}

function textOf(files: readonly RenderedFile[], path: string): string {
  return files.find((file) => file.path === path)?.text ?? '';
}

const SERVERS = {
  redis: { conf: 'redis.conf', port: 'redis', argv: (conf: string) => ['/usr/bin/redis-server', conf] },
  'nginx-ingest': {
    conf: 'nginx-ingest.conf',
    port: 'rtmp',
    argv: (conf: string, dir: string) => ['/usr/sbin/nginx', '-e', 'stderr', '-p', dir, '-c', conf],
  },
  'nginx-edge': {
    conf: 'nginx-edge.conf',
    port: 'http',
    argv: (conf: string, dir: string) => ['/usr/sbin/nginx', '-e', 'stderr', '-p', dir, '-c', conf],
  },
} as const;

/** A server of others depends on its conf file. */
function planServer(
  config: NodeConfig,
  files: readonly RenderedFile[],
  { name, access = '' }: { readonly name: keyof typeof SERVERS; readonly access?: string },
): PlannedUnit {
  const { conf, port, argv } = SERVERS[name];
  const path = join('conf', conf);
  const text = textOf(files, path);
  const [program, ...args] = argv(join(config.dirs.node, path), config.dirs.node);
  const probe =
    name === 'nginx-edge'
      ? ({ kind: 'http', port: config.node.ports.http, path: '/', ok: false } as const)
      : ({ kind: 'tcp', port: config.node.ports[port] } as const);
  return { unit: createUnit(name, [program!, ...args], text + access), probe, ports: [port] };
}

function createUnit(name: string, argv: readonly [string, ...string[]], needs: string): Unit {
  const digest = createHash('sha256').update(JSON.stringify(argv)).update(needs).digest('hex').slice(0, 16);
  return { name, argv, env: { [DIGEST_VARIABLE]: digest }, stopTimeoutSec: STOP_TIMEOUT_SEC };
}

/** Folders that must exist before a node's units start. */
export function planFolders(clusterDir: string, node: string): string[] {
  const { conf, service, services, log, data, www } = nodeLayout(clusterDir, node);
  return [conf, service, services, log, data, www];
}
