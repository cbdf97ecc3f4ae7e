/** Decides when a player that was driven away may use a nearer pathway again. */
import type { HedgeSettings } from './hedge-settings.ts';
import type { Pathway } from './pathway.ts';

type ReturnSettings = Pick<HedgeSettings, 'probesToReturn' | 'awayMs' | 'maxAwayMs' | 'soonMs'>;

/** Hysteresis: looks in a row that were good, a shortest time away, and a longer one after each return that was vain. */
export class WayBack {
  readonly #settings: ReturnSettings;
  readonly #random: () => number;
  #leftAtMs = 0;
  #returnedAtMs: number | null = null;
  #awayMs: number;
  #holdMs: number;
  readonly #goodInRow = new Map<string, number>();

  constructor(settings: ReturnSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
    this.#awayMs = settings.awayMs;
    this.#holdMs = settings.awayMs;
  }

  /** The player was driven off a pathway. */
  left(nowMs: number): void {
    const { awayMs, maxAwayMs, soonMs } = this.#settings;
    if (this.#returnedAtMs !== null) {
      const soon = nowMs - this.#returnedAtMs < soonMs;
      this.#awayMs = soon ? Math.min(maxAwayMs, this.#awayMs * 2) : awayMs;
    }
    // Not everybody at once: whoever is well again has to take them all.
    this.#holdMs = this.#awayMs * (1 + this.#random());
    this.#returnedAtMs = null;
    this.#leftAtMs = nowMs;
    this.#goodInRow.clear();
  }

  /** Notes a look at a nearer pathway; returns whether the player may go there now. */
  probed({ name }: Pathway, good: boolean, nowMs: number): boolean {
    const inRow = good ? (this.#goodInRow.get(name) ?? 0) + 1 : 0;
    this.#goodInRow.set(name, inRow);
    return inRow >= this.#settings.probesToReturn && nowMs - this.#leftAtMs >= this.#holdMs;
  }

  returned(nowMs: number): void {
    this.#returnedAtMs = nowMs;
    this.#goodInRow.clear();
  }
}
