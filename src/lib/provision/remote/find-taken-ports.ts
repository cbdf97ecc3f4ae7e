/** Ports of a machine that units will open and that something else has, seen before anything is brought there. Pure. */
import { basename } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { staticUnitId } from '../../nodes/systemd/unit-place.ts';
import { portsOf } from '../plan-units.ts';
import type { Listener, MachineFacts } from './facts-script.ts';

export interface WantedPorts {
  readonly node: Peer;
  /** All nodes of the cluster. */
  readonly peers: readonly Peer[];
  /** Folder of the cluster on the machine. */
  readonly clusterDir: string;
  /** Of the mesh, UDP; null: not looked at. */
  readonly meshPort: number | null;
}

/** Who opens it, and how the spec calls the port. */
interface Wanted {
  readonly unit: string;
  readonly key: string;
  readonly kind: Listener['kind'];
  /** Null: on every address. */
  readonly address: string | null;
  readonly port: number;
}

/** Throws PORT_IN_USE for the first port that is taken; what the cluster's own units have is theirs. */
export function refuseTakenPorts(
  facts: Pick<MachineFacts, 'listeners' | 'nodes'>,
  { node, peers, clusterDir, meshPort }: WantedPorts,
): void {
  const { name } = node;
  const place = { clusterDir, node: name };
  const mesh = { unit: 'mesh', key: 'mesh.port', kind: 'udp', address: null } as const;
  const wanted = [...listWanted(node, peers), ...(meshPort === null ? [] : [{ ...mesh, port: meshPort }])];
  const own = new Set(wanted.map(({ unit }) => basename(staticUnitId(place, unit), '.service')));
  // The kernel's WireGuard names nobody: where the node is already, it is the mesh.
  const isOwn = ({ unit, kind, pid }: Listener): boolean =>
    (unit !== null && own.has(unit)) || (kind === 'udp' && pid === null && facts.nodes.includes(name));
  const foreign = facts.listeners.filter((listener) => !isOwn(listener));
  for (const one of wanted) {
    const holder = foreign.find((listener) => collides(listener, one));
    if (holder !== undefined) throw portInUse(name, one, holder);
  }
}

/** What the world reaches is opened on every address, all else on the mesh's. */
function listWanted(node: Peer, peers: readonly Peer[]): Wanted[] {
  return portsOf(node, peers).map(({ unit, port }) => {
    const isPublic = port === 'rtmp' || port === 'http';
    const address = isPublic ? null : node.address;
    return { unit, key: `ports.${port}`, kind: 'tcp', address, port: node.ports[port] };
  });
}

const EVERYWHERE = new Set(['*', '0.0.0.0']);

function collides(listener: Listener, { kind, address, port }: Wanted): boolean {
  if (listener.kind !== kind || listener.port !== port) return false;
  if (EVERYWHERE.has(listener.address)) return true;
  return address === null ? !listener.address.includes('[') : listener.address === address;
}

function portInUse(node: string, { unit, key, port }: Wanted, holder: Listener): StreamctlError {
  const where = `${holder.address}:${holder.port}`;
  const setting = key.startsWith('ports.') ? `${key} of node ${node}` : key;
  return new StreamctlError('PORT_IN_USE', `${node}: check ports: ${where}, which ${unit} needs, is in use`, {
    hint: `Stop what holds it, or set ${setting} in the spec to another port, then run this again.`,
    details: { node, step: 'check ports', port, facts: { 'held by': wordHolder(holder) } },
  });
}

function wordHolder({ pid, command, unit }: Listener): string {
  if (pid === null) return 'the kernel, or a process that cannot be seen';
  return `${command}, pid ${pid}${unit === null ? '' : `, of ${unit}.service`}`;
}
