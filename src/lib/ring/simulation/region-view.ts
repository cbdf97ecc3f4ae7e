/** One region at one time of a simulation: which nodes are up, and how many viewers each stream has. */
import { crc32Key } from '../crc32.ts';
import { Ring } from '../ring.ts';

/** Successors looked up at first; few streams ever need more. */
const SHORT_WALK = 8;

export interface StreamKeys {
  /** CRC-32 of each stream's name. */
  readonly hashes: Uint32Array;
}

/** Makes `count` streams; another seed gives other names, and so other places on the circle. */
export function makeStreamKeys(count: number, seed: number): StreamKeys {
  return { hashes: Uint32Array.from({ length: count }, (_, at) => crc32Key(`stream-${seed}-${at + 1}`)) };
}

export class RegionView {
  readonly name: string;
  /** Slots of the nodes that are up; a node keeps its slot for the whole simulation. */
  readonly members: readonly number[];
  /** Viewers of each stream. */
  readonly demand: Uint32Array;
  readonly total: number;
  readonly keys: StreamKeys;
  #ring: Ring | undefined;
  readonly #walks: (number[] | undefined)[] = [];

  constructor(name: string, members: readonly number[], load: { demand: Uint32Array; keys: StreamKeys }) {
    this.name = name;
    this.members = members;
    this.demand = load.demand;
    this.total = load.demand.reduce((sum, count) => sum + count, 0);
    this.keys = load.keys;
  }

  nodeName(slot: number): string {
    return `${this.name}-${slot + 1}`;
  }

  get ring(): Ring {
    this.#ring ??= new Ring(this.members.map((slot) => ({ name: this.nodeName(slot), weight: 1 })));
    return this.#ring;
  }

  /** Slot of the node that owns a stream by the ring. */
  owner(stream: number): number {
    return this.members[this.ring.ownerIndex(this.keys.hashes[stream]!)]!;
  }

  /** Slots in the order of the stream's walk, at least `length` of them where there are as many. */
  walk(stream: number, length: number): readonly number[] {
    const known = this.#walks[stream];
    if (known !== undefined && known.length >= Math.min(length, this.members.length)) return known;
    const wanted = Math.max(SHORT_WALK, length + SHORT_WALK);
    const walk = this.ring
      .walkIndexes(this.keys.hashes[stream]!, wanted)
      .map((index) => this.members[index]!);
    this.#walks[stream] = walk;
    return walk;
  }
}
