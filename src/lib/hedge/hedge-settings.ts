/** What a hedger may be told; milliseconds unless said. */
export interface HedgeSettings {
  /**
   * How long over its time a request may be before it is asked elsewhere too. It must be more than a round trip plus
   * the time by which the other region lags behind this one, or players move without cause; each millisecond more is
   * one more of buffer needed to survive a hanging edge.
   */
  readonly slackMs: number;
  /** Each hedge of a late request that was for nothing makes the slack half as long again, up to this. */
  readonly maxSlackMs: number;
  /** And each time that this passes without one, the slack goes one step back. */
  readonly calmMs: number;
  /** Each hedge waits 0 to this, so that the viewers of a dead region do not all come in the same millisecond. */
  readonly jitterMs: number;
  /** Hedges at once: more than a player has requests in flight, so that one loss is survived without waiting. */
  readonly budget: number;
  /** Hedges a second after those. A low-latency player asks eight times a second: one more is an eighth. */
  readonly budgetPerSec: number;
  /** Of the budget, kept for failed requests: those have no other way, late ones may still be answered. */
  readonly budgetForErrors: number;
  /** A pathway that failed is the last choice for this long. */
  readonly avoidMs: number;
  /** Between two looks at a nearer pathway, while another one is in use. */
  readonly probeEveryMs: number;
  /** Looks in a row at which the nearer pathway must be well. */
  readonly probesToReturn: number;
  /** Shortest time away, up to twice as long at random; doubled up to `maxAwayMs` each time the nearer pathway fails again soon after the return. */
  readonly awayMs: number;
  readonly maxAwayMs: number;
  /** Failing again sooner than this after a return is "soon". */
  readonly soonMs: number;
  /** Between two small requests that keep the connection to the second pathway open; servers close idle ones from 60 s. */
  readonly warmEveryMs: number;
}

/** For parts of 0.2 to 1 s and players that are two seconds behind live. */
export const HEDGE_SETTINGS: HedgeSettings = {
  slackMs: 300,
  maxSlackMs: 1500,
  calmMs: 20_000,
  jitterMs: 100,
  budget: 8,
  budgetPerSec: 1,
  budgetForErrors: 4,
  avoidMs: 5000,
  probeEveryMs: 1000,
  probesToReturn: 4,
  awayMs: 5000,
  maxAwayMs: 80_000,
  soonMs: 60_000,
  warmEveryMs: 20_000,
};
