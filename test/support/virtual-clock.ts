/** A clock that runs as fast as it can: whenever nothing else is left to do, it goes on to the next sleeper's time. */
import type { DrillClock } from '../../src/lib/drill/drill-clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class VirtualClock implements DrillClock {
  #nowMs: number;
  readonly #sleepers = new Set<Sleeper>();
  #pumping = false;

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
      this.#pump();
    });
  }

  /** Calls back at a time of this clock. */
  at(atMs: number, call: () => void): void {
    void this.sleep(atMs - this.#nowMs).then(call);
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      this.#pump();
    });
  }
}
