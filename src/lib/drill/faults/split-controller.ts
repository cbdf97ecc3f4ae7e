/**
 * The node that acts as the controller cut off from other regions and from the store, so that another one takes over while it
 * may still believe that it is the one. Nodes of its own region that hold no store, and the world, still reach it.
 */
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { isReplicated, storeNodes } from '../../store/store-site.ts';
import { type CutLink, cutLinks } from './cut-links.ts';
import type { Fault, FaultContext } from './fault.ts';

/** Throws NOT_RUNNING without a controller, and CONFLICT when nobody could take over: the only store is on its node. */
export function splitController(context: FaultContext): Fault {
  const { view, sight } = context;
  const node = sight.control?.controller ?? null;
  if (node === null) {
    throw new StreamctlError('NOT_RUNNING', 'find the controller: nobody holds its lease', {
      hint: 'Look at streamctl status.',
    });
  }
  const links = linksAround(node, view.peers);
  const plain = cutLinks(links, context);
  return {
    ...plain,
    label: `${node}, the controller: cut off from ${links[0]!.to.join(', ')}`,
    settings: { kind: 'cut-links', links },
  };
}

/** Both ways between a node and those of other regions, and the stores. Pure. Throws CONFLICT. */
export function linksAround(node: string, peers: readonly Peer[]): CutLink[] {
  const stores = storeNodes(peers).map(({ name }) => name);
  if (!isReplicated(peers) && stores.includes(node)) {
    throw new StreamctlError('CONFLICT', `${node} acts as the controller and holds the only store`, {
      hint: 'Nobody could take over. Give three nodes the role store, or wait until another node acts as the controller.',
    });
  }
  const region = peers.find(({ name }) => name === node)?.region;
  const others = peers
    .filter((peer) => peer.name !== node && (peer.region !== region || stores.includes(peer.name)))
    .map(({ name }) => name);
  return [{ node, to: others }, ...others.map((other) => ({ node: other, to: [node] }))];
}
