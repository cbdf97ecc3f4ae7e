/** How long a stream whose move failed is left alone: longer with every failure. Takes the time as an argument. */
export interface Failure {
  readonly attempts: number;
  /** Unix milliseconds until the next try. */
  readonly untilMs: number;
  readonly note: string;
}

/** The first pause; each is twice the one before. Lower: a node that cannot run the stream is tried in vain. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/** Failures by stream. */
export class RetryPauses {
  readonly #failures = new Map<string, Failure>();

  /** Counts a failure. */
  fail(stream: string, note: string, nowMs: number): Failure {
    const attempts = (this.#failures.get(stream)?.attempts ?? 0) + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
    const failure = { attempts, untilMs: nowMs + pauseMs, note };
    this.#failures.set(stream, failure);
    return failure;
  }

  /** Forgets the failures of a stream: it has moved, or ended. */
  forget(stream: string): void {
    this.#failures.delete(stream);
  }

  /** What happened last; null when nothing failed. */
  of(stream: string): Failure | null {
    return this.#failures.get(stream) ?? null;
  }

  /** Streams that failed. */
  streams(): readonly string[] {
    return [...this.#failures.keys()];
  }
}
