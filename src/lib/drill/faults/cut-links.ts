/**
 * The way from machines to others cut: what they send there is dropped in silence, what comes from there still arrives. Cut
 * on both sides nothing passes. Publishers, viewers and ssh from elsewhere are not touched. It takes root on machines of
 * their own: nodes on one machine share its loopback, which has no way to cut.
 *
 * By the packet filter, not by a route that leads nowhere: a socket that names its device, as WireGuard's does, passes such a
 * route by where the other machine is on its link (Linux takes a lookup that fails with a device named for a way over that
 * link, ip_route_output_key_hash_rcu), and the mesh would go on.
 */
import { lookup } from 'node:dns/promises';
import type { Peer } from '../../nodes/node-config.ts';
import { publicHost } from '../../spec/public-urls.ts';
import type { Fault, FaultContext } from './fault.ts';
import { applyRules, deleteTable, listTable } from './packet-filter.ts';
import { peersOf } from './peers-of.ts';

export interface CutLink {
  readonly node: string;
  /** Nodes to which nothing gets any more. */
  readonly to: readonly string[];
}

const TABLE = 'streamctl_drill_links';

export function cutLinks(links: readonly CutLink[], { view, nowMs }: FaultContext): Fault {
  const touchedNodes = links.map(({ node }) => node);
  const hosts = links.flatMap(({ to }) => peersOf(view, to).map(publicHost));
  return {
    label: links.map(({ node, to }) => `${node}: cut off from ${to.join(', ')}`).join('; '),
    lostNodes: [],
    touchedNodes,
    lasting: true,
    mediaNodes: [],
    undo: links.map(({ node, to }) => ({
      ...{ kind: 'join-links', node, hosts: peersOf(view, to).map(publicHost) },
    })),
    inject: async () => {
      const addresses = await findAddresses(hosts);
      const atMs = nowMs();
      await applyRules(`cut the way to ${addresses.join(', ')}`, formatCut(addresses));
      return { atMs, text: `the way to ${addresses.join(', ')} cut` };
    },
    bit: async () => {
      const cut = await listCut();
      const addresses = await findAddresses(hosts);
      return addresses.every((address) => cut.has(address)) ? 'nothing gets there' : null;
    },
  };
}

/** Joins what was cut; what is joined already is passed over. */
export async function joinLinks(hosts: readonly string[]): Promise<void> {
  const cut = await listCut();
  const joined = new Set(await findAddresses(hosts));
  const what = `join the way to ${[...joined].join(', ')}`;
  const left = [...cut].filter((address) => !joined.has(address));
  if (left.length === cut.size) return;
  if (left.length === 0) await deleteTable(what, TABLE);
  else await applyRules(what, `flush set inet ${TABLE} cut\n${formatElements(left)}`);
}

/** Formats what drops all that is sent to these addresses, too; applied again it changes nothing. */
export function formatCut(addresses: readonly string[]): string {
  const hook = 'type filter hook output priority -400; policy accept;';
  return [
    `add table inet ${TABLE}`,
    `add set inet ${TABLE} cut { type ipv4_addr; }`,
    `add chain inet ${TABLE} out { ${hook} }`,
    `flush chain inet ${TABLE} out`,
    `add rule inet ${TABLE} out ip daddr @cut drop`,
    formatElements(addresses),
  ].join('\n');
}

/** Reads the addresses that are cut from the table as nft lists it. */
export function parseCut(shown: string): ReadonlySet<string> {
  const elements = /elements = \{([^}]*)\}/.exec(shown)?.[1] ?? '';
  return new Set(elements.split(',').flatMap((word) => word.trim() || []));
}

function formatElements(addresses: readonly string[]): string {
  return `add element inet ${TABLE} cut { ${addresses.join(', ')} }\n`;
}

async function findAddresses(hosts: readonly string[]): Promise<string[]> {
  return await Promise.all(hosts.map(async (host) => (await lookup(host, { family: 4 })).address));
}

async function listCut(): Promise<ReadonlySet<string>> {
  return parseCut((await listTable(TABLE)) ?? '');
}

/** The links between two regions; `oneWay`: what the first sends to the second alone. */
export function linksBetween(
  peers: readonly Peer[],
  [one, other]: readonly [string, string],
  oneWay: boolean,
): CutLink[] {
  const namesOf = (region: string): string[] =>
    peers.filter((peer) => peer.region === region).map(({ name }) => name);
  const cut = (from: string, to: string): CutLink[] =>
    namesOf(from).map((node) => ({ node, to: namesOf(to) }));
  return oneWay ? cut(one, other) : [...cut(one, other), ...cut(other, one)];
}
