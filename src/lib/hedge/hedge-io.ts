/** What the core gets from its surroundings: a browser, Node, or a test that keeps the time itself. */

/** An answer of a server, whatever its body is made of. */
export interface Answer {
  /** The body of a playlist; asked for playlists alone. */
  text(): string;
}

/** What becomes of one request to one pathway; exactly one of both, once, never before `send` has returned. */
export interface SendEvents<A extends Answer, F> {
  onAnswer(answer: A): void;
  /** Refused, broken off, too late, or a status other than 2xx. */
  onFailure(failure: F): void;
}

/** A request on its way. */
export interface Sending {
  /** Grows with what has come of the answer; 0 before its first byte. */
  progress(): number;
  /** Gives up; nothing is heard of it any more. */
  cancel(): void;
}

export type Send<A extends Answer, F> = (url: string, events: SendEvents<A, F>) => Sending;

export interface HedgeIo {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
  /** 0 to below 1. */
  random(): number;
  /** Runs something later; returns what calls it off. */
  after(delayMs: number, run: () => void): () => void;
  /** Gets a small text; rejects when refused, late or with a status other than 200. */
  getText(url: string, timeoutMs: number): Promise<string>;
}
