/** Who watches what where in one region: viewers of each stream on each node. */

export class Assignment {
  readonly slots: number;
  /** Viewers on each node. */
  readonly loads: Float64Array;
  /** Viewers, by stream × slots + slot. */
  readonly #viewers: Uint32Array;
  /** The slots of each stream that have any, in no order: most streams are on few nodes. */
  readonly #carriers: number[][];

  private constructor(
    slots: number,
    cells: { viewers: Uint32Array; carriers: number[][]; loads: Float64Array },
  ) {
    this.slots = slots;
    this.loads = cells.loads;
    this.#viewers = cells.viewers;
    this.#carriers = cells.carriers;
  }

  static empty(streams: number, slots: number): Assignment {
    return new Assignment(slots, {
      viewers: new Uint32Array(streams * slots),
      carriers: Array.from({ length: streams }, () => []),
      loads: new Float64Array(slots),
    });
  }

  copy(): Assignment {
    return new Assignment(this.slots, {
      viewers: this.#viewers.slice(),
      carriers: this.#carriers.map((slots) => slots.slice()),
      loads: this.loads.slice(),
    });
  }

  get(stream: number, slot: number): number {
    return this.#viewers[stream * this.slots + slot]!;
  }

  /** Slots of the nodes that carry a stream. */
  carriers(stream: number): readonly number[] {
    return this.#carriers[stream]!;
  }

  /** Adds viewers of a stream to a node; a negative count takes them away. */
  add(stream: number, slot: number, count: number): void {
    const at = stream * this.slots + slot;
    const was = this.#viewers[at]!;
    this.#viewers[at] = was + count;
    this.loads[slot]! += count;
    if (was === 0 && count > 0) this.#carriers[stream]!.push(slot);
    else if (was > 0 && was + count === 0) this.#dropCarrier(stream, slot);
  }

  /** Viewers of a stream on all nodes. */
  watching(stream: number): number {
    const carriers = this.#carriers[stream]!;
    let sum = 0;
    for (let at = 0; at < carriers.length; at++) sum += this.get(stream, carriers[at]!);
    return sum;
  }

  /** Takes everybody off the nodes that are not up. */
  keepOnly(up: readonly number[]): void {
    const kept = new Set(up);
    for (let stream = 0; stream < this.#carriers.length; stream++) {
      for (const slot of this.carriers(stream).filter((carrier) => !kept.has(carrier))) {
        this.add(stream, slot, -this.get(stream, slot));
      }
    }
  }

  /** Lets so many viewers of a stream leave, of each node in proportion; odd ones of its nodes in turn. */
  release(stream: number, count: number): void {
    const share = count / this.watching(stream);
    const carriers = this.carriers(stream).toSorted((a, b) => a - b);
    let left = count;
    for (const slot of carriers) {
      const leaving = Math.floor(this.get(stream, slot) * share);
      this.add(stream, slot, -leaving);
      left -= leaving;
    }
    for (let turn = stream; left > 0; turn++) {
      const slot = carriers[turn % carriers.length]!;
      if (this.get(stream, slot) === 0) continue;
      this.add(stream, slot, -1);
      left--;
    }
  }

  #dropCarrier(stream: number, slot: number): void {
    const carriers = this.#carriers[stream]!;
    carriers[carriers.indexOf(slot)] = carriers.at(-1)!;
    carriers.pop();
  }
}
