/** When a drill is ended early because it hurts more than it was meant to. Pure. */
import type { StopCondition } from '../drill-plan.ts';
import type { Sample } from '../watch/viewer-log.ts';

export class StopWatch {
  readonly #conditions: readonly StopCondition[];
  /** Regions that the faults touch. */
  readonly #touched: ReadonlySet<string>;
  readonly #sinceMs = new Map<StopCondition, number>();

  constructor(conditions: readonly StopCondition[], touchedRegions: Iterable<string>) {
    this.#conditions = conditions;
    this.#touched = new Set(touchedRegions);
  }

  /** Takes the next sample; returns in words why to stop, or null. */
  take({ atMs, viewers }: Sample): string | null {
    for (const condition of this.#conditions) {
      const watched = viewers.filter(
        ({ region, startupMs }) =>
          startupMs !== null && (condition.who === 'all' || !this.#touched.has(region)),
      );
      const stalled = watched.filter(({ state }) => state === 'stalled').length;
      if (watched.length === 0 || stalled / watched.length <= condition.share) {
        this.#sinceMs.delete(condition);
        continue;
      }
      const sinceMs = this.#sinceMs.get(condition) ?? atMs;
      this.#sinceMs.set(condition, sinceMs);
      if (atMs - sinceMs >= condition.forMs) return word(condition, stalled, watched.length);
    }
    return null;
  }
}

function word({ who, forMs }: StopCondition, stalled: number, of: number): string {
  const whose = who === 'all' ? 'viewers' : 'viewers of regions that the fault does not touch';
  return `${stalled} of ${of} ${whose} without a picture for ${forMs / 1000} s`;
}
