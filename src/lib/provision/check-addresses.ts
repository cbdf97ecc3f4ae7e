/** Before anything is started: is every address free that the units will open? */

import { basename } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { loadClusters } from '../nodes/cluster-view.ts';
import type { Peer, Ports } from '../nodes/node-config.ts';
import { canListen, findPortHolder, type PortHolder } from '../nodes/port-holder.ts';
import { findClusterProcesses } from '../nodes/processes.ts';

/** An address that a unit will open. */
export interface WantedPort {
  readonly node: Peer;
  readonly unit: string;
  readonly port: keyof Ports;
}

interface HeldPort {
  readonly wanted: WantedPort;
  readonly holder: PortHolder | null;
}

/** Throws ADDRESS_CLASH when another running cluster of this user has one of the addresses. */
export async function checkClash(home: string, clusterDir: string, nodes: readonly Peer[]): Promise<void> {
  const own = new Set(nodes.flatMap(listAddresses));
  for (const other of await loadClusters(home)) {
    if (other.dir === clusterDir) continue;
    const shared = other.peers.flatMap(listAddresses).filter((address) => own.has(address));
    if (shared.length === 0 || (await findClusterProcesses(other.dir)).length === 0) continue;
    throw new StreamctlError('ADDRESS_CLASH', `cluster "${other.name}" runs on ${shared[0]} already`, {
      hint: `Set network.block to a free block in the spec, or run streamctl down --cluster ${other.name}.`,
      details: { cluster: other.name, addresses: shared },
    });
  }
}

function listAddresses(node: Peer): string[] {
  return Object.values(node.ports).map((port) => `${node.address}:${port}`);
}

/** Throws PORT_IN_USE, naming the process, when something that is not of this cluster holds a wanted address. */
export async function checkPorts(clusterDir: string, wanted: readonly WantedPort[]): Promise<void> {
  const held = await Promise.all(wanted.map((one) => findForeignHolder(clusterDir, one)));
  const first = held.find((one) => one !== null);
  if (first === undefined || first === null) return;
  const { node, unit, port } = first.wanted;
  const number = node.ports[port];
  throw new StreamctlError(
    'PORT_IN_USE',
    `start ${unit} on ${node.name}: ${node.address}:${number} is in use`,
    {
      hint: wordRemedy(first),
      details: {
        node: node.name,
        address: node.address,
        port: number,
        holder: first.holder,
        facts: { 'held by': wordHolder(first.holder) },
      },
    },
  );
}

/** A cluster holds many addresses of its block: another block is the remedy, not another port. */
function wordRemedy({ wanted, holder }: HeldPort): string {
  const ofCluster = holder !== null && holder.clusterDir !== null;
  const instead = ofCluster
    ? 'set network.block to a free block in the spec'
    : `set ports.${wanted.port} of node ${wanted.node.name}`;
  return `Stop it, or ${instead}, then run streamctl up again.`;
}

function wordHolder(holder: PortHolder | null): string {
  if (holder === null) return 'a process of another user (run as root to see which)';
  const owner = holder.clusterDir === null ? '' : `, of cluster "${basename(holder.clusterDir)}"`;
  return `${holder.command}, pid ${holder.pid}, user ${holder.user}${owner}`;
}

async function findForeignHolder(clusterDir: string, wanted: WantedPort): Promise<HeldPort | null> {
  const { address, ports } = wanted.node;
  if (await canListen(address, ports[wanted.port])) return null;
  const holder = await findPortHolder(address, ports[wanted.port]);
  return holder?.clusterDir === clusterDir ? null : { wanted, holder };
}
