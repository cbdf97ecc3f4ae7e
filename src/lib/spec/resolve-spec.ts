/** A checked spec with every default applied and every address chosen. Pure. */
import type { Peer, SteeringMove } from '../nodes/node-config.ts';
import type { SshSettings } from '../ssh/target.ts';
import { chooseAddress, chooseBlock, chooseMeshBlock } from './addresses.ts';
import {
  applyMedia,
  applyPorts,
  DEFAULT_MESH_PORT,
  DEFAULT_RING,
  DEFAULT_SETTINGS,
  DEFAULT_SSH,
  withoutUndefined,
} from './defaults.ts';
import type { RawSpec } from './schema.ts';
import type { StreamSettings } from './stream-settings.ts';

/** Where the mesh of a cluster is. */
export interface MeshBlock {
  /** First two numbers of every address: `10.34`. */
  readonly block: string;
  /** UDP, on every machine. */
  readonly port: number;
}

/** How streams are spread over the origin nodes. */
export interface RingSettings {
  /** How much more than the mean of its region a node may carry, relative to its weight; at least 1. */
  readonly balance: number;
  /** Pipelines of each stream. */
  readonly replicas: number;
}

export interface Spec {
  readonly cluster: string;
  /** How machines are reached by ssh; null: nodes are addresses of this machine. */
  readonly ssh: SshSettings | null;
  /** The network between the machines; null where nodes are addresses of this machine. */
  readonly mesh: MeshBlock | null;
  /** First two numbers of local addresses: `127.34`. */
  readonly block: string;
  readonly regions: readonly string[];
  readonly nodes: readonly Peer[];
  readonly ring: RingSettings;
  /** Viewers who are to play from another region than their own. */
  readonly moves: readonly SteeringMove[];
  readonly streams: Readonly<Record<string, StreamSettings>>;
  /** Settings of a stream that the spec does not name. */
  readonly defaults: StreamSettings;
}

/** Applies defaults and addresses to a spec that has no fault. */
export function resolveSpec(raw: RawSpec): Spec {
  const block = chooseBlock(raw.cluster, raw.network?.block);
  const regions = raw.regions.map(({ name }) => name);
  const defaults = applyMedia(DEFAULT_SETTINGS, raw.media);
  const streams = Object.fromEntries(
    (raw.streams ?? []).map(({ name, media }) => [name, applyMedia(defaults, media)]),
  );
  const ssh = raw.driver === 'ssh' ? { ...DEFAULT_SSH, ...withoutUndefined(raw.ssh ?? {}) } : null;
  const mesh =
    ssh === null
      ? null
      : {
          block: chooseMeshBlock(raw.cluster, raw.mesh?.block),
          port: raw.mesh?.port ?? DEFAULT_MESH_PORT,
        };
  const nodes = raw.nodes.map((node): Peer => {
    const inRegion = raw.nodes.filter(({ region }) => region === node.region);
    const place = {
      block: mesh?.block ?? block,
      regionIndex: regions.indexOf(node.region),
      nodeName: node.name,
      indexInRegion: inRegion.indexOf(node),
    };
    return {
      name: node.name,
      region: node.region,
      ...(node.host === undefined ? {} : { host: node.host, publicAddress: node.host }),
      address: node.address ?? chooseAddress(place),
      roles: [...new Set(node.roles)],
      ports: applyPorts(raw.ports, node.ports),
      weight: node.weight ?? 1,
      ...(node.capacity === undefined ? {} : { capacity: node.capacity }),
      ...(node.viewers === undefined ? {} : { viewers: node.viewers }),
      ...(node.url === undefined ? {} : { url: new URL(node.url).origin }),
    };
  });
  const ring = { ...DEFAULT_RING, ...withoutUndefined(raw.ring ?? {}) };
  const moves = raw.steering?.moves ?? [];
  return { cluster: raw.cluster, ssh, mesh, block, regions, nodes, ring, moves, streams, defaults };
}
