import type { StreamStateReport } from '../health/report.ts';

export type { StreamStateReport };

/** The state of the picture at a playhead: a report holds from `sinceMs` on, before that the state before it. */
export class PictureState {
  #current: StreamStateReport | null = null;
  #before: StreamStateReport['state'] | null = null;

  take(report: StreamStateReport): void {
    if (this.#current !== null && this.#current.state !== report.state) this.#before = this.#current.state;
    this.#current = report;
  }

  /** The state at a time of the programme (Unix milliseconds); null without any report. */
  at(programMs: number | null): StreamStateReport['state'] | null {
    if (this.#current === null) return null;
    if (programMs === null || programMs >= this.#current.sinceMs || this.#before === null)
      return this.#current.state;
    return this.#before;
  }
}

/** A quick answer counts for so long: clocks drift apart by some milliseconds in it. */
const BEST_FOR_MS = 60_000;
/** No answer takes so long: the viewer's clock was set while it came. */
const MAX_ROUND_TRIP_MS = 10_000;
/** By so much answers may differ beyond what their round trips explain. */
const TOLERANCE_MS = 100;

/** Server clock minus own clock, from the answer with the shortest round trip of late; milliseconds, null while not known. */
export class ClockOffset {
  offsetMs: number | null = null;
  #best = { roundTripMs: Number.POSITIVE_INFINITY, receivedMs: 0 };

  /** Takes own clock readings before and after a request, and the server's in between. Any of the clocks may have been set. */
  take(sentMs: number, receivedMs: number, serverMs: number): void {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs < 0 || roundTripMs > MAX_ROUND_TRIP_MS) {
      this.offsetMs = null;
      return;
    }
    const offsetMs = serverMs - (sentMs + receivedMs) / 2;
    if (this.#holds(offsetMs, roundTripMs, receivedMs)) return;
    this.#best = { roundTripMs, receivedMs };
    this.offsetMs = offsetMs;
  }

  /** Whether the best answer is still the best: quicker, not old, and not contradicted. */
  #holds(offsetMs: number, roundTripMs: number, nowMs: number): boolean {
    if (this.offsetMs === null || roundTripMs <= this.#best.roundTripMs) return false;
    const ageMs = nowMs - this.#best.receivedMs;
    // Each is wrong by half its round trip at most.
    const explainedMs = (roundTripMs + this.#best.roundTripMs) / 2 + TOLERANCE_MS;
    return ageMs >= 0 && ageMs <= BEST_FOR_MS && Math.abs(offsetMs - this.offsetMs) <= explainedMs;
  }
}
