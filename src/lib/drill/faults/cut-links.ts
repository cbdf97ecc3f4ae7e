/**
 * The way from machines to others cut: what they send there is dropped by a route that leads nowhere, what comes from
 * there still arrives. Cut on both sides nothing passes. Publishers, viewers and ssh from elsewhere are not touched.
 * It takes root on machines of their own: nodes on one machine share its loopback, which has no way to cut.
 */
import { lookup } from 'node:dns/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { publicHost } from '../../spec/public-urls.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';

export interface CutLink {
  readonly node: string;
  /** Nodes to which nothing gets any more. */
  readonly to: readonly string[];
}

const TOOL_MS = 5_000;

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
      for (const address of addresses) {
        await ip(`cut the way to ${address}`, ['route', 'replace', 'blackhole', `${address}/32`]);
      }
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
  for (const address of await findAddresses(hosts)) {
    if (!cut.has(address)) continue;
    await ip(`join the way to ${address}`, ['route', 'del', 'blackhole', `${address}/32`]);
  }
}

async function findAddresses(hosts: readonly string[]): Promise<string[]> {
  return await Promise.all(hosts.map(async (host) => (await lookup(host, { family: 4 })).address));
}

async function listCut(): Promise<ReadonlySet<string>> {
  const shown = await ip('list routes', ['-json', 'route', 'show', 'type', 'blackhole']);
  const routes = JSON.parse(shown || '[]') as readonly { readonly dst: string }[];
  return new Set(routes.map(({ dst }) => dst));
}

async function ip(what: string, args: readonly string[]): Promise<string> {
  const done = await execa('ip', args, { reject: false, stdin: 'ignore', timeout: TOOL_MS });
  if (!done.failed) return done.stdout;
  const said = done.stderr.trim().split('\n').at(-1) || done.originalMessage;
  throw new StreamctlError('ENVIRONMENT', `${what}: ip ${args[0]}: ${said}`);
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
