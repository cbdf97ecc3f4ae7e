/**
 * For how long nothing was heard, as far as this process was there to hear it: while it stood still (a machine that was
 * paused, a process that was stopped) what came waits to be read, and is no silence. Pure. Times in milliseconds.
 */

/** To be read at least this often; what is longer between two reads was no time of listening. */
const READ_WITHIN_MS = 1000;

export class SilenceMeter {
  #silentMs = 0;
  #readMs: number;

  constructor(nowMs: number) {
    this.#readMs = nowMs;
  }

  /** Something came. */
  heard(nowMs: number): void {
    this.#silentMs = 0;
    this.#readMs = nowMs;
  }

  read(nowMs: number): number {
    this.#silentMs += Math.min(nowMs - this.#readMs, READ_WITHIN_MS);
    this.#readMs = nowMs;
    return this.#silentMs;
  }
}
