/**
 * What several values of a spec break together: duplicates, unknown regions, missing roles, addresses that overlap,
 * a ladder above its source. It reads the raw value with tolerance, so that it finds these beside faults of shape.
 * Pure.
 */
import { findNearest } from '../base/nearest.ts';
import { chooseAddress, chooseBlock, chooseMeshBlock } from './addresses.ts';
import { findMediaFaults } from './check-media.ts';
import { applyPorts } from './defaults.ts';
import type { Fault } from './diagnostic.ts';
import { findUrlFaults } from './find-url-faults.ts';
import { type Loose, listAt, recordAt, textAt } from './loose.ts';
import type { RawPorts } from './schema.ts';

/** Returns every fault that needs more than one value to see. */
export function findSpecFaults(raw: Loose): Fault[] {
  const regions = listAt(raw, 'regions').map((region) => textAt(region, 'name'));
  const nodes = listAt(raw, 'nodes');
  return [
    ...findDuplicates(raw, 'regions', 'region'),
    ...findDuplicates(raw, 'nodes', 'node'),
    ...findDuplicates(raw, 'streams', 'stream'),
    ...nodes.flatMap((node, index) => findUnknownRegion(node, index, regions)),
    ...findMissingRoles(nodes, regions),
    ...findSteeringFaults(raw, regions),
    ...findHostFaults(raw),
    ...findUrlFaults(raw),
    ...findOverlaps(raw, regions),
    ...findMediaFaults(raw),
  ];
}

function findDuplicates(raw: Loose, key: string, word: string): Fault[] {
  const seen = new Map<string, number>();
  return listAt(raw, key).flatMap((item, index): Fault[] => {
    const name = textAt(item, 'name');
    if (name === null) return [];
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, index);
      return [];
    }
    return [{ path: [key, index, 'name'], message: `${word} "${name}" is there already (${key}.${first})` }];
  });
}

function findUnknownRegion(node: Loose, index: number, regions: readonly (string | null)[]): Fault[] {
  const region = textAt(node, 'region');
  if (region === null || regions.length === 0 || regions.includes(region)) return [];
  const known = regions.filter((name) => name !== null);
  const nearest = findNearest(region, known);
  const help = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
  return [{ path: ['nodes', index, 'region'], message: `no region "${region}"; ${help}` }];
}

function rolesOf(node: Loose): unknown[] {
  const roles = node.roles;
  return Array.isArray(roles) ? roles : [];
}

function findMissingRoles(nodes: readonly Loose[], regions: readonly (string | null)[]): Fault[] {
  if (nodes.length === 0) return [];
  const faults: Fault[] = [];
  const stores = nodes.flatMap((node, index) => (rolesOf(node).includes('store') ? [index] : []));
  if (stores.length === 0) faults.push({ path: ['nodes'], message: 'no node has the role store; one must' });
  if (stores.length === 2) {
    const message = 'a second store; with two, none can tell which of them is lost: have one, or three';
    faults.push({ path: ['nodes', stores[1]!, 'roles'], message });
  }
  if (!nodes.some((node) => rolesOf(node).includes('ingest'))) {
    faults.push({ path: ['nodes'], message: 'no node has the role ingest; publishers need one' });
  }
  for (const [index, region] of regions.entries()) {
    const own = nodes.filter((node) => region !== null && textAt(node, 'region') === region);
    for (const role of ['origin', 'edge']) {
      if (region === null || own.some((node) => rolesOf(node).includes(role))) continue;
      faults.push({
        path: ['regions', index],
        message: `region "${region}" has no node with the role ${role}`,
      });
    }
  }
  return faults;
}

/** Moves are between regions that there are, and no more than all viewers of a region are moved. */
function findSteeringFaults(raw: Loose, regions: readonly (string | null)[]): Fault[] {
  const shares = new Map<string, number>();
  return listAt(recordAt(raw, 'steering'), 'moves').flatMap((move, index): Fault[] => {
    const path = ['steering', 'moves', index];
    const [from, to] = [textAt(move, 'from'), textAt(move, 'to')];
    const unknown = (['from', 'to'] as const).flatMap((key): Fault[] => {
      const region = textAt(move, key);
      const isKnown = region === null || regions.length === 0 || regions.includes(region);
      return isKnown ? [] : [{ path: [...path, key], message: `no region "${region}"` }];
    });
    if (unknown.length > 0 || from === null) return unknown;
    if (from === to) return [{ path: [...path, 'to'], message: `moves "${from}" to itself` }];
    const share = (shares.get(from) ?? 0) + (typeof move.share === 'number' ? move.share : 0);
    shares.set(from, share);
    return share > 100 ? [{ path: [...path, 'share'], message: `moves ${share} % of "${from}" in all` }] : [];
  });
}

/** Machines have hosts, one node each; addresses of this machine have none. */
function findHostFaults(raw: Loose): Fault[] {
  const ssh = textAt(raw, 'driver') === 'ssh';
  const seen = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [index, node] of listAt(raw, 'nodes').entries()) {
    const host = textAt(node, 'host');
    const path = ['nodes', index, ...(host === null ? [] : ['host'])];
    if (ssh && host === null) faults.push({ path, message: 'has no host; driver ssh needs one' });
    if (!ssh && host !== null) faults.push({ path, message: 'a host is only for driver: ssh' });
    if (host === null) continue;
    const holder = seen.get(host);
    if (holder !== undefined)
      faults.push({
        path,
        message: `"${host}" is the host of node "${holder}" already; a machine is one node`,
      });
    else seen.set(host, textAt(node, 'name') ?? '');
  }
  return faults;
}

/** Two nodes may share an address only when they share no port. */
function findOverlaps(raw: Loose, regions: readonly (string | null)[]): Fault[] {
  const cluster = textAt(raw, 'cluster') ?? '';
  const block =
    textAt(raw, 'driver') === 'ssh'
      ? chooseMeshBlock(cluster, textAt(recordAt(raw, 'mesh'), 'block') ?? undefined)
      : chooseBlock(cluster, textAt(recordAt(raw, 'network'), 'block') ?? undefined);
  const holders = new Map<string, string>();
  const counts = new Map<number, number>();
  return listAt(raw, 'nodes').flatMap((node, index): Fault[] => {
    const nodeName = textAt(node, 'name') ?? '';
    const regionIndex = regions.indexOf(textAt(node, 'region'));
    const indexInRegion = counts.get(regionIndex) ?? 0;
    counts.set(regionIndex, indexInRegion + 1);
    if (regionIndex === -1 && textAt(node, 'address') === null) return [];
    const address = textAt(node, 'address') ?? chooseAddress({ block, regionIndex, nodeName, indexInRegion });
    const ports = applyPorts(recordAt(raw, 'ports') as RawPorts, recordAt(node, 'ports') as RawPorts);
    const clash = Object.entries(ports).find(([, port]) => holders.has(`${address}:${port}`));
    if (clash === undefined) {
      for (const port of Object.values(ports)) holders.set(`${address}:${port}`, nodeName);
      return findPortTwice(ports, index);
    }
    const path = ['nodes', index, ...('address' in node ? ['address'] : [])];
    const holder = holders.get(`${address}:${clash[1]}`)!;
    return [
      {
        path,
        message: `has the address ${address} of node "${holder}"; set another address, or other ports`,
      },
    ];
  });
}

function findPortTwice(ports: object, index: number): Fault[] {
  const entries = Object.entries(ports) as [string, number][];
  return entries.flatMap(([name, port], at): Fault[] => {
    const first = entries.findIndex(([, other]) => other === port);
    if (first === at) return [];
    return [{ path: ['nodes', index], message: `ports ${entries[first]![0]} and ${name} are both ${port}` }];
  });
}
