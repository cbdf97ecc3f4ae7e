/**
 * Who waits for a stream's pull to reach the server, by stream. No emitter of events: players choose the names that the
 * server tells, and an event named `error` ends the daemon.
 */
export class PullWaits {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves when a pull of the stream is told, or after the time. */
  wait(stream: string, limitMs: number): Promise<void> {
    const waiting = this.#waiting.get(stream) ?? new Set();
    this.#waiting.set(stream, waiting);
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(stream) === waiting) this.#waiting.delete(stream);
        resolve();
      };
      const timer = setTimeout(settle, limitMs).unref();
      waiting.add(settle);
    });
  }

  /** A pull of the stream has reached the server. */
  tell(stream: string): void {
    for (const settle of [...(this.#waiting.get(stream) ?? [])]) settle();
  }
}
