/**
 * A node's configuration → the files that its units read. Templates in, text out; nothing is written here, and no
 * secret passes through: files that need one include it.
 */
import { join } from 'node:path';
import type { NodeConfig, Role } from '../nodes/node-config.ts';
import { isReplicated, storeNodes } from '../store/store-site.ts';
import { fillTemplate } from './fill-template.ts';
import { sentinelSettings } from './sentinel-settings.ts';

/** Texts of templates/, by file name. */
export type Templates = Readonly<Record<string, string>>;

export interface RenderedFile {
  /** Relative to the node's folder. */
  readonly path: string;
  readonly text: string;
}

const TEMPLATE_OF_ROLE: readonly (readonly [Role, string])[] = [
  ['store', 'redis.conf'],
  ['store', 'redis-start.sh'],
  ['store', 'sentinel.conf'],
  ['store', 'sentinel-start.sh'],
  ['ingest', 'nginx-ingest.conf'],
  ['edge', 'nginx-edge.conf'],
];

/** Only where there are several stores. */
const REPLICATED = ['redis-start.sh', 'sentinel.conf', 'sentinel-start.sh'];

/** Names of the templates that nodes need. */
export const NODE_TEMPLATES = TEMPLATE_OF_ROLE.map(([, name]) => name);

/** Renders node.json and the conf files of a node's roles. */
export function renderNodeFiles(config: NodeConfig, templates: Templates): RenderedFile[] {
  const values = templateValues(config);
  const confs = TEMPLATE_OF_ROLE.filter(
    ([role, name]) =>
      config.node.roles.includes(role) && (isReplicated(config.peers) || !REPLICATED.includes(name)),
  ).map(([, name]) => ({
    path: join('conf', name),
    text: fillTemplate(templates[name] ?? '', values),
  }));
  return [{ path: 'node.json', text: `${JSON.stringify(config, null, 2)}\n` }, ...confs];
}

/** Every name that a template may use. */
function templateValues({ cluster, node, peers, dirs }: NodeConfig): Record<string, string | number> {
  const { rtmp, http, origin, agent, contribution, redis, sentinel } = node.ports;
  const stores = storeNodes(peers);
  const first = stores[0] ?? node;
  return {
    cluster,
    node: node.name,
    region: node.region,
    address: node.address,
    // What the world knows it by may be a name, or the address of a router before it.
    listenAddress: node.publicAddress === undefined ? node.address : '0.0.0.0',
    rtmpPort: rtmp,
    // Only for nginx-ingest to talk to itself; nobody configures it.
    updatePort: rtmp + 1,
    httpPort: http,
    originPort: origin,
    agentPort: agent,
    contributionPort: contribution,
    redisPort: redis,
    sentinelPort: sentinel,
    confirming: isReplicated(peers) ? 1 : 0,
    ...sentinelSettings(node, peers),
    firstAddress: first.address,
    firstPort: first.ports.redis,
    firstRole: first.name === node.name ? '' : `replicaof ${first.address} ${first.ports.redis}`,
    storePattern: stores.map(({ address }) => address.replaceAll('.', '[.]')).join('|'),
    otherSentinels: stores
      .filter(({ name }) => name !== node.name)
      .map(({ address, ports }) => `${address}:${ports.sentinel}`)
      .join(' '),
    dir: dirs.node,
    data: dirs.data,
    www: dirs.www,
  };
}
