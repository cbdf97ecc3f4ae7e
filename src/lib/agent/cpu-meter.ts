/** How busy this machine's CPU is, by the kernel's own counters (proc(5), /proc/stat). */
import { readFile } from 'node:fs/promises';
import { type CpuShares, type CpuTimes, parseCpuTimes, sharesOf } from './cpu-times.ts';

/** A share is of at least so long, milliseconds: shorter, it says what the look itself cost. */
const WINDOW_MS = 5000;

/** Remembers the counters between looks; the first look tells the time since the start of the machine. */
export class CpuMeter {
  readonly #read: () => Promise<string>;
  readonly #nowMs: () => number;
  #before: CpuTimes = { total: 0, idle: 0, stolen: 0 };
  #readMs = Number.NEGATIVE_INFINITY;
  #shares: CpuShares = { busy: 0, stolen: 0 };

  /** `read` resolves with the text of /proc/stat; time only goes forward. */
  constructor(read = async () => await readFile('/proc/stat', 'utf8'), nowMs = () => performance.now()) {
    this.#read = read;
    this.#nowMs = nowMs;
  }

  /** Resolves with the shares of the last whole window; zeros where the system does not tell. */
  async look(): Promise<CpuShares> {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readMs < WINDOW_MS) return this.#shares;
    this.#readMs = nowMs;
    const times = parseCpuTimes(await this.#read().catch(() => ''));
    if (times !== null) {
      this.#shares = sharesOf(this.#before, times);
      this.#before = times;
    }
    return this.#shares;
  }
}
