import type { Placement } from '../ring/placement-board.ts';
import type { MoveReason } from '../store/ring-records.ts';
import type { RingState } from './ring-state.ts';

export interface ChainedMove {
  readonly stream: string;
  readonly from: string;
  readonly to: string;
  readonly why: MoveReason;
}

/**
 * Where streams are, and where a row of plans brings them: moves of one replica one after the other become one move from
 * where it is, or none when it ends there. A move under way counts as made.
 */
export class MoveChains {
  /** Stream → placement, as it is. */
  readonly #actual = new Map<string, Placement>();
  /** The same after all moves. */
  readonly #planned = new Map<string, Placement>();
  /** `STREAM TO` → the move that brings it there, the last one added last. */
  readonly #moves = new Map<string, ChainedMove>();

  constructor({ placements, planned }: Pick<RingState, 'placements' | 'planned'>) {
    for (const { stream, cost, region, replicas, move } of placements) {
      const nodes = replicas.map((node) => (node === move?.from ? move.to : node));
      this.#actual.set(stream, { stream, cost, region, nodes });
      this.#planned.set(stream, { stream, cost, region, nodes });
    }
    for (const move of planned) this.add(move);
  }

  /** Adds a move; one from a node that does not run the stream, or to one that does, is left out. */
  add({ stream, from, to, why }: ChainedMove): void {
    const placement = this.#planned.get(stream);
    if (placement === undefined || !placement.nodes.includes(from) || placement.nodes.includes(to)) return;
    const nodes = placement.nodes.map((node) => (node === from ? to : node));
    this.#planned.set(stream, { ...placement, nodes });
    const earlier = this.#moves.get(keyOf(stream, from));
    this.#moves.delete(keyOf(stream, from));
    const start = earlier?.from ?? from;
    if (start !== to) this.#moves.set(keyOf(stream, to), { stream, from: start, to, why });
  }

  /** Takes every move back that would end on such a node: that replica stays where it is. */
  dropMovesTo(isClosed: (node: string) => boolean): void {
    for (const [key, { stream, from, to }] of this.#moves) {
      if (!isClosed(to)) continue;
      this.#moves.delete(key);
      const placement = this.#planned.get(stream)!;
      const nodes = placement.nodes.map((node) => (node === to ? from : node));
      this.#planned.set(stream, { ...placement, nodes });
    }
  }

  /** One move for each replica that is not where it should be, in the order in which they were settled. */
  list(): ChainedMove[] {
    const all = [...this.#moves.values()];
    const byFrom = new Map(all.map((move) => [keyOf(move.stream, move.from), move]));
    return all.flatMap((move) => {
      // Another replica is where this one goes, and goes itself: that one stays, and this one goes all the way.
      if (this.#moves.has(keyOf(move.stream, move.from))) return [];
      let { to } = move;
      for (let next = byFrom.get(keyOf(move.stream, to)); next !== undefined; ) {
        to = next.to;
        next = byFrom.get(keyOf(move.stream, to));
      }
      return [{ ...move, to }];
    });
  }

  /** Where streams are. */
  actual(): Placement[] {
    return [...this.#actual.values()];
  }

  /** Where they will be. */
  placements(): Placement[] {
    return [...this.#planned.values()];
  }
}

function keyOf(stream: string, node: string): string {
  return `${stream} ${node}`;
}
