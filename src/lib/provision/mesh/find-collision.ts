/** Whether a machine's own networks overlap the mesh. Pure. */
import { BlockList } from 'node:net';

/** Returns the first of the machine's networks that has addresses of the mesh's; null when none has. */
export function findCollision(networks: readonly string[], mesh: string): string | null {
  return networks.find((network) => overlap(network, mesh)) ?? null;
}

/** Of two networks that overlap, one holds the other's first address. The way to everywhere else is no network. */
function overlap(one: string, other: string): boolean {
  if (one.endsWith('/0') || !one.includes('.')) return false;
  return holds(one, addressOf(other)) || holds(other, addressOf(one));
}

function holds(network: string, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(addressOf(network), Number(network.split('/')[1] ?? 32));
  return list.check(address);
}

function addressOf(network: string): string {
  return network.split('/')[0]!;
}
