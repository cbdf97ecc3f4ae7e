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

/** Server clock minus own clock, from the answer with the shortest round trip so far; milliseconds. */
export class ClockOffset {
  offsetMs: number | null = null;
  #bestRoundTripMs = Number.POSITIVE_INFINITY;

  /** Takes own clock readings before and after a request, and the server's in between. */
  take(sentMs: number, receivedMs: number, serverMs: number): void {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs > this.#bestRoundTripMs) return;
    this.#bestRoundTripMs = roundTripMs;
    this.offsetMs = serverMs - (sentMs + receivedMs) / 2;
  }
}
