import type { DepartureReport } from '../../health/report.ts';
import { HEDGE_WHYS, type HedgeWhy } from '../../hedge/hedge-event.ts';
import { SlidingSum } from '../sliding-sum.ts';

/** What is told is of so many seconds: three times that players ask, and soon over when it is over. */
const WINDOW_SEC = 20;
/** One player cannot have left more edges between two questions; the rest is invented. */
const MAX_AT_ONCE = 4;

/** What players say that they left, and why: they see what nodes do not see of themselves. */
export class Departures {
  readonly #counts = new Map<string, SlidingSum>();

  /** Takes a player's word, `us-2:late,eu-2:error`; what is no edge or no reason is passed over. */
  hear(text: string, edges: ReadonlySet<string>, nowMs: number): void {
    for (const word of text.split(',', MAX_AT_ONCE)) {
      const [node = '', why = ''] = word.split(':');
      if (!edges.has(node) || !isWhy(why)) continue;
      const key = `${node}:${why}`;
      const count = this.#counts.get(key) ?? new SlidingSum(WINDOW_SEC);
      this.#counts.set(key, count);
      count.add(1, nowMs);
    }
  }

  /** Of the last 20 seconds, by edge and reason. */
  report(nowMs: number): readonly DepartureReport[] {
    return [...this.#counts].flatMap(([key, count]) => {
      const [node, why] = key.split(':') as [string, HedgeWhy];
      const players = count.sum(nowMs);
      return players === 0 ? [] : [{ node, why, players }];
    });
  }
}

function isWhy(why: string): why is HedgeWhy {
  return (HEDGE_WHYS as readonly string[]).includes(why);
}
