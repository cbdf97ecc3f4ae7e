interface Timer {
  readonly atMs: number;
  readonly id: number;
  run: (() => void) | null;
}

export interface SimulatedClockOptions {
  /** Promises are only waited for after timers that said so: most of the time of long runs. */
  readonly isTold?: boolean;
}

/** A clock that a test moves: timers fire in order, and promises settle between them. */
export class SimulatedClock {
  nowMs = 0;
  readonly #isTold: boolean;
  #hasPromises = true;
  #made = 0;
  /** A heap: each is due no later than the two at 2n + 1 and 2n + 2. */
  readonly #heap: Timer[] = [];

  constructor({ isTold = false }: SimulatedClockOptions = {}) {
    this.#isTold = isTold;
  }

  /** Tells that the timer that fires now may have settled a promise. */
  willSettle(): void {
    this.#hasPromises = true;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { atMs: this.nowMs + Math.max(0, delayMs), id: this.#made, run };
    this.#made += 1;
    this.#push(timer);
    return () => {
      timer.run = null;
    };
  }

  /** Fires all that is due up to a time, and moves there. */
  async runTo(untilMs: number): Promise<void> {
    this.#hasPromises = true;
    for (;;) {
      if (this.#hasPromises) await settled();
      this.#hasPromises = !this.#isTold;
      while (this.#heap[0]?.run === null) this.#pop();
      const due = this.#heap[0];
      if (due === undefined || due.atMs > untilMs) break;
      this.#pop();
      this.nowMs = due.atMs;
      due.run?.();
    }
    this.nowMs = untilMs;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (isBefore(heap[above]!, timer)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (isBefore(last, heap[below]!)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.id < b.id);
}

/** Lets promises that are settled run their handlers, a few deep. */
async function settled(): Promise<void> {
  for (let depth = 0; depth < 4; depth += 1) await Promise.resolve();
}
