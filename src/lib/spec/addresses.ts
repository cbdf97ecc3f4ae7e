/** Loopback addresses of local nodes: `127.A.R.N` (ARCHITECTURE.md, Files). Pure. */

/** Returns A for a cluster's name: 1 to 254, the same on every machine (FNV-1a). */
export function hashBlock(cluster: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(cluster)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 1 + (hash % 254);
}

/** Returns the first two numbers of every local address: `127.34`. `block` is `127.34.0.0/16`. */
export function chooseBlock(cluster: string, block: string | undefined): string {
  return block === undefined ? `127.${hashBlock(cluster)}` : block.split('.').slice(0, 2).join('.');
}

/** Returns the first two numbers of every address of the mesh: `10.34`. `block` is `10.34.0.0/16`. */
export function chooseMeshBlock(cluster: string, block: string | undefined): string {
  return block === undefined ? `10.${hashBlock(cluster)}` : block.split('.').slice(0, 2).join('.');
}

export interface AddressPlace {
  readonly block: string;
  /** From 0. */
  readonly regionIndex: number;
  readonly nodeName: string;
  /** Position among the nodes of its region, from 0. */
  readonly indexInRegion: number;
}

/** Returns a node's address: R is the region's position, N the number at the end of its name or else its position. */
export function chooseAddress(place: AddressPlace): string {
  const number = Number(/(\d+)$/.exec(place.nodeName)?.[1]);
  const last = number >= 1 && number <= 254 ? number : place.indexInRegion + 1;
  return `${place.block}.${place.regionIndex + 1}.${last}`;
}
