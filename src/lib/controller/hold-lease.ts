/**
 * This node's part in who is the controller: it tries to hold the lease, and knows at every moment whether it may act.
 *
 * Its own clock ends its right to act before the store's ends the lease, so a holder that was frozen or cut off stops
 * by itself; and because a clock cannot be trusted with that alone, every script carries the token.
 */
import type { Clock } from '../base/clock.ts';
import { dropLease, holdLease, LEASE_TTL_MS, loadLeaseTime } from '../store/controller-lease.ts';
import type { ControllerLease } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';

/** Acts no longer than this after it asked for the lease that it holds: the rest is for a script that is under way. */
const ACT_MS = LEASE_TTL_MS - 300;

/** The right to act as the controller with one token. */
export interface Mandate {
  readonly token: number;
  readonly sinceMs: number;
  /** Looks at the clock: to be asked before every act. */
  isHeld(): boolean;
  /** The store refused the token: there is a higher one. */
  lose(): void;
}

export interface LeaseOptions {
  readonly node: string;
  readonly store: Store;
  readonly clock: Clock;
}

/** One node's hold on the lease. */
export class LeaseHolder {
  readonly #options: LeaseOptions;
  #lease: ControllerLease | null = null;
  #mandate: Mandate | null = null;
  #actUntilMs = 0;
  /** The highest token heard of: after a loss of the store nothing below it counts. */
  #highest = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** The lease as last seen, whoever has it; null when the store does not answer. */
  get lease(): ControllerLease | null {
    return this.#lease;
  }

  /** The right to act now; null when another node has it or nobody can say. */
  get mandate(): Mandate | null {
    return this.#mandate?.isHeld() === true ? this.#mandate : null;
  }

  /**
   * Takes or renews the lease, and says in how many milliseconds another node's will be free unless that renews it; null
   * for its own. Throws when the store does not answer; then nothing may be done until the next time.
   */
  async renew(): Promise<number | null> {
    const { node, store, clock } = this.#options;
    const askedMs = clock.nowMs();
    try {
      const { lease, mine } = await holdLease(store, { node, atLeast: this.#highest });
      this.#lease = lease;
      this.#highest = Math.max(this.#highest, lease.token);
      if (!mine) {
        this.#end();
        return await loadLeaseTime(store);
      }
      this.#actUntilMs = askedMs + ACT_MS;
      if (this.#mandate?.token !== lease.token) this.#mandate = this.#createMandate(lease);
      return null;
    } catch (error) {
      this.#lease = null;
      this.#end();
      throw error;
    }
  }

  /** Gives the lease back, so that another node need not wait for it to expire. */
  async drop(): Promise<void> {
    const { store } = this.#options;
    const lease = this.#mandate === null ? null : this.#lease;
    this.#end();
    if (lease !== null) await dropLease(store, lease).catch(() => undefined);
  }

  #end(): void {
    this.#mandate = null;
    this.#actUntilMs = 0;
  }

  #createMandate({ token, sinceMs }: ControllerLease): Mandate {
    const mandate: Mandate = {
      token,
      sinceMs,
      isHeld: () => this.#mandate === mandate && this.#options.clock.nowMs() < this.#actUntilMs,
      lose: () => {
        if (this.#mandate === mandate) this.#end();
      },
    };
    return mandate;
  }
}
