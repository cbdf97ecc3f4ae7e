/** The events of one drill while it runs: kept, and told to the journal as they come. */
import type { Clock } from '../base/clock.ts';
import type { DrillEvent, DrillEventKind, Journal } from './journal.ts';

export class Story {
  readonly events: DrillEvent[] = [];
  readonly #clock: Clock;
  readonly #journal: Journal;

  constructor(clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  note(kind: DrillEventKind, text: string, atMs = this.#clock.nowMs()): void {
    this.tell([{ atMs, kind, text }]);
  }

  tell(events: readonly DrillEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      this.#journal.note(event);
    }
  }
}
