import { LOOKS_TO_CONFIRM, type Look } from './judge-node.ts';

/**
 * A silent node is looked at this often, also while an earlier look waits: one that hangs takes a whole time limit to tell, and
 * two in a row would take two.
 */
export const LOOK_EVERY_MS = 300;
/** Those that may be under way together, and those that count. */
const MAX_GLANCES = LOOKS_TO_CONFIRM + 2;

interface Glance {
  readonly atMs: number;
  /** Null while it is under way. */
  answers: readonly Look[] | null;
}

/** The looks at one silent node. They may overlap, and count in the order in which they were begun. Pure. */
export class Glances {
  #glances: readonly Glance[] = [];

  get underWay(): number {
    return this.#glances.filter(({ answers }) => answers === null).length;
  }

  /** The answers of those that have some, oldest first. */
  get answers(): readonly (readonly Look[])[] {
    return this.#glances.flatMap(({ answers }) => (answers === null ? [] : [answers]));
  }

  /** Whether the next one is to be begun for a first judgement, too. */
  get isFirst(): boolean {
    return this.#glances.length < LOOKS_TO_CONFIRM;
  }

  isDue(nowMs: number): boolean {
    return nowMs - (this.#glances.at(-1)?.atMs ?? -Infinity) >= LOOK_EVERY_MS;
  }

  /** Begins a look; the function takes what was answered. */
  begin(nowMs: number): (answers: readonly Look[]) => void {
    const glance: Glance = { atMs: nowMs, answers: null };
    this.#glances = [...this.#glances, glance].slice(-MAX_GLANCES);
    return (answers) => {
      glance.answers = answers;
    };
  }
}
