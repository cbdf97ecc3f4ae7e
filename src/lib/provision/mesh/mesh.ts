/**
 * The mesh: a WireGuard interface on every machine of a cluster, through which its nodes talk to one another.
 *
 * Facts of each machine → a plan for each (this file, pure) → files and one unit on it (apply-mesh.ts). It is the one
 * mechanism that encrypts and authenticates everything internal, feeds, RTMP pulls and Redis alike, and nothing of the
 * data plane knows of it: a node's `address` is one of the mesh.
 *
 * Invariants: a private key never leaves the machine that made it; a change of peers disturbs no other peer; what does
 * not come out of the tunnel cannot speak to an address of the mesh.
 */
import type { Peer } from '../../nodes/node-config.ts';
import { publicHost } from '../../spec/public-urls.ts';

/** What a machine says of itself before it is in the mesh. */
export interface MeshFacts {
  /** Of the machine's key pair; null: it has none yet (`plan` makes none). */
  readonly publicKey: string | null;
  /** The kernel does WireGuard; otherwise wireguard-go does. */
  readonly kernel: boolean;
  /** Of the interface to the world, in bytes. */
  readonly mtu: number;
  /** Keys of its peers, by name, as it was told of them last: a machine that is away stays in the mesh of the others. */
  readonly known?: Readonly<Record<string, string>>;
  /** Networks that the machine has already, the mesh's own left out: `10.0.0.0/8`. */
  readonly networks: readonly string[];
}

/** What all machines of a cluster share. */
export interface MeshSettings {
  readonly cluster: string;
  /** First two numbers of every address: `10.34`. */
  readonly block: string;
  /** UDP, on the machines' public addresses. */
  readonly port: number;
}

export interface MeshPeer {
  readonly name: string;
  readonly publicKey: string;
  /** `HOST:PORT`. */
  readonly endpoint: string;
  readonly address: string;
}

/** The mesh as one machine should have it. */
export interface MeshPlan {
  readonly interfaceName: string;
  readonly address: string;
  /** `10.34.0.0/16`. */
  readonly network: string;
  readonly port: number;
  readonly mtu: number;
  readonly kernel: boolean;
  /** The other machines, in the order of the spec. */
  readonly peers: readonly MeshPeer[];
}

/** IPv6, UDP and WireGuard around each packet. */
const OVERHEAD_BYTES = 80;

/**
 * Plans the mesh of one node. Peers that have no key (they were never reached) are left out until they have one.
 */
export function planMesh(
  settings: MeshSettings,
  node: Peer,
  { peers, facts }: { readonly peers: readonly Peer[]; readonly facts: ReadonlyMap<string, MeshFacts> },
): MeshPlan {
  const { cluster, block, port } = settings;
  const own = facts.get(node.name);
  const others = peers.flatMap((peer): MeshPeer[] => {
    const publicKey = facts.get(peer.name)?.publicKey ?? null;
    if (peer.name === node.name || publicKey === null) return [];
    return [{ name: peer.name, publicKey, endpoint: `${publicHost(peer)}:${port}`, address: peer.address }];
  });
  return {
    interfaceName: meshInterface(cluster, block),
    address: node.address,
    network: `${block}.0.0/16`,
    port,
    mtu: (own?.mtu ?? 1500) - OVERHEAD_BYTES,
    kernel: own?.kernel ?? true,
    peers: others,
  };
}

/** The interface's name: at most 15 characters, and another one for a cluster with another block. */
export function meshInterface(cluster: string, block: string): string {
  return `sc${block.split('.')[1]}-${cluster.replaceAll('-', '').slice(0, 9)}`;
}
