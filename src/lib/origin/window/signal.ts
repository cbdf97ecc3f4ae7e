/** A wait that ends when its condition holds, when its time is up, or when it is cancelled. */
export interface Wait {
  /** True when the condition held, false when the time was up or the wait was cancelled. */
  readonly held: Promise<boolean>;
  cancel(): void;
}

interface Waiter {
  readonly condition: () => boolean;
  readonly settle: (held: boolean) => void;
}

/** Wakes those who wait for a change: blocked playlist reloads and requests for hinted parts. */
export class Signal {
  readonly #waiters = new Set<Waiter>();

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Looks at every waiter's condition. Called after each change. */
  notify(): void {
    for (const waiter of this.#waiters) if (waiter.condition()) waiter.settle(true);
  }

  /** Waits for the condition, for `limitMs` at most. */
  wait(condition: () => boolean, limitMs: number): Wait {
    if (condition()) return { held: Promise.resolve(true), cancel: () => undefined };
    let settle: (held: boolean) => void = () => undefined;
    const held = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => settle(false), limitMs);
      settle = (outcome) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(outcome);
      };
    });
    const waiter: Waiter = { condition, settle: (outcome) => settle(outcome) };
    this.#waiters.add(waiter);
    return { held, cancel: () => settle(false) };
  }
}
