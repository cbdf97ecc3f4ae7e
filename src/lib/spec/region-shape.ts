/** A region as a template for another: which nodes it takes, with which roles, weights, capacities and ports. Pure. */
import { StreamctlError } from '../base/errors.ts';
import type { Role } from '../nodes/node-config.ts';
import { chooseAddress } from './addresses.ts';
import type { NodeEntry } from './edit/edit-spec.ts';
import { resolveSpec } from './resolve-spec.ts';
import type { RawSpec } from './schema.ts';

export interface RegionWish {
  readonly region: string;
  /** Region whose shape is copied. */
  readonly like: string;
  /** Machines, or addresses of this one; how many nodes; null: as many as the other has. */
  readonly nodes: readonly string[] | number | null;
}

type RawNode = RawSpec['nodes'][number];

/** More nodes than the other region has are copies of its nodes in turn; of fewer each has the roles of several. */
export function shapeRegion(raw: RawSpec, { region, like, nodes }: RegionWish): NodeEntry[] {
  // A store is the cluster's, not a region's: how many there are is decided elsewhere.
  const mates = raw.nodes
    .filter((node) => node.region === like)
    .map((node) => ({ ...node, roles: node.roles.filter((role) => role !== 'store') }))
    .filter(({ roles }) => roles.length > 0);
  const places = typeof nodes === 'object' ? nodes : null;
  const count = places?.length ?? (nodes as number | null) ?? mates.length;
  if (mates.length === 0 || count === 0) {
    throw new StreamctlError('CONFLICT', `region ${like} has no node that could be copied`);
  }
  const remote = raw.driver === 'ssh';
  if (remote && places === null) {
    throw new StreamctlError('USAGE', `which machines are the nodes of region ${region}?`, {
      hint: 'Name them with --nodes HOST,HOST.',
    });
  }
  const names = nameNodes(raw.nodes, mates, { region, like, count });
  const free = placeRegion(raw, names);
  return names.map((name, at): NodeEntry => {
    const mate = mates[at % mates.length]!;
    const { weight, capacity, viewers, ports } = mate;
    const place = places?.[at] ?? null;
    return {
      name,
      region,
      roles: mergeRoles(mates.filter((_, index) => index % count === at % mates.length)),
      host: remote ? place : null,
      address: remote || place === null ? (free[at] ?? null) : place,
      weight: weight ?? null,
      capacity: capacity ?? null,
      viewers: viewers ?? null,
      ports: ports === undefined ? null : (withoutHoles(ports) as Record<string, number>),
    };
  });
}

/**
 * The addresses of its nodes where those of its position are taken: nodes of a region that stood there may be held to them. Then
 * the region has the first number that is of no position and no node; empty: nothing is taken.
 */
function placeRegion(raw: RawSpec, names: readonly string[]): readonly string[] {
  const { nodes, mesh, ...local } = resolveSpec(raw);
  const block = mesh?.block ?? local.block;
  const addressesAt = (regionIndex: number): string[] =>
    names.map((nodeName, indexInRegion) => chooseAddress({ block, regionIndex, nodeName, indexInRegion }));
  const taken = nodes.map(({ address }) => address);
  const own = raw.regions.length;
  if (!addressesAt(own).some((address) => taken.includes(address))) return [];
  let index = own + 1;
  while (taken.some((address) => address.startsWith(`${block}.${index + 1}.`))) index++;
  return addressesAt(index);
}

/** `eu-1` becomes `ap-1`; what has no such form, or comes on top, gets the next number. */
function nameNodes(
  all: readonly RawNode[],
  mates: readonly RawNode[],
  { region, like, count }: { readonly region: string; readonly like: string; readonly count: number },
): string[] {
  const taken = new Set(all.map(({ name }) => name));
  const names: string[] = [];
  for (let at = 0; at < count; at++) {
    const mate = mates[at]?.name;
    const alike = mate?.startsWith(`${like}-`) ? `${region}${mate.slice(like.length)}` : undefined;
    let name = alike ?? '';
    for (let number = at + 1; name === '' || taken.has(name); number++) name = `${region}-${number}`;
    taken.add(name);
    names.push(name);
  }
  return names;
}

function mergeRoles(mates: readonly RawNode[]): Role[] {
  return [...new Set(mates.flatMap(({ roles }) => roles))];
}

function withoutHoles(ports: object): object {
  return Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== undefined));
}
