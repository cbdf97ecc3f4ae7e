/**
 * Origin and store nodes that run and that the spec no longer has. Until what they carry has moved away they stay as they are,
 * known to all others: a relay that forgot one would lose the feed that comes from it, and a store what it copies. Nodes that are
 * new are started meanwhile, so that a node can be replaced with one `up`.
 */
import { readdir } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import { clusterLayout, nodeLayout } from '../nodes/layout.ts';
import { loadNodeConfig } from '../nodes/load-node-config.ts';
import type { Peer } from '../nodes/node-config.ts';
import { staticServices } from '../nodes/node-services.ts';
import type { Spec } from '../spec/resolve-spec.ts';

/** Finds them by what is on disk. Throws CONFLICT when a node of the spec takes the address of one. */
export async function findLeaving(spec: Spec, clusterDir: string): Promise<Peer[]> {
  const known = new Set(spec.nodes.map(({ name }) => name));
  const present = await readdir(clusterLayout(clusterDir).nodes).catch((): string[] => []);
  const others = present.filter((name) => !known.has(name));
  const leaving = (await Promise.all(others.map((name) => loadRunning(clusterDir, name)))).flat();
  for (const peer of leaving) refuseOverlap(peer, spec.nodes);
  return leaving.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The spec with these nodes still in it. */
export function withLeaving<T extends Spec>(spec: T, leaving: readonly Peer[]): T {
  if (leaving.length === 0) return spec;
  const regions = [...new Set([...spec.regions, ...leaving.map(({ region }) => region)])];
  return { ...spec, regions, nodes: [...spec.nodes, ...leaving] };
}

/** Whether others lose something when they forget it at once. Pure. */
export function isMissed({ roles }: Pick<Peer, 'roles'>): boolean {
  return roles.includes('origin') || roles.includes('store');
}

async function loadRunning(clusterDir: string, name: string): Promise<Peer[]> {
  const config = await loadNodeConfig(nodeLayout(clusterDir, name).config).catch(() => null);
  if (config === null || !isMissed(config.node)) return [];
  const units = await staticServices(clusterDir, name).list();
  const runs = units.some((unit) => unit.name === 'agent' && unit.pid !== null);
  return runs ? [config.node] : [];
}

function refuseOverlap(peer: Peer, nodes: readonly Peer[]): void {
  const taken = new Set(Object.values(peer.ports).map((port) => `${peer.address}:${port}`));
  const heir = nodes.find(({ address, ports }) =>
    Object.values(ports).some((port) => taken.has(`${address}:${port}`)),
  );
  if (heir === undefined) return;
  throw new StreamctlError(
    'CONFLICT',
    `${heir.name} takes the address ${peer.address}, where ${peer.name} still runs`,
    {
      hint: `Take ${peer.name} out with one \`streamctl up\` and add ${heir.name} with the next, or set another address.`,
      details: { node: heir.name, leaving: peer.name, address: peer.address },
    },
  );
}
