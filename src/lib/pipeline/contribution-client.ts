/** Asks every ingest node for the stream's contribution, and reads all that answer: source-switch.ts chooses. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { FlvParser } from '../media/flv.ts';
import { PUBLISHER_LEFT, SESSION_EPOCH_MS, SESSION_ID } from '../media/session-headers.ts';
import type { Peer } from '../nodes/node-config.ts';
import { type SourceListener, SourceSwitch } from './source-switch.ts';

/** One answer of a contribution daemon: the same session may be answered again after a lost connection. */
export interface ContributionStart {
  /** Unix milliseconds when the session was opened. */
  readonly sessionId: number;
  /** Unix milliseconds of RTMP timestamp 0; may have a fraction. */
  readonly epochMs: number;
}

const RETRY_MS = { first: 50, most: 500 };
/** A node that comes back is found this soon. */
const CONNECT_TIMEOUT_MS = 2000;
/** Longer than the 30 s after which a daemon without a session answers 204. */
const ANSWER_TIMEOUT_MS = 40_000;

/** Nothing arrives for this long: the ingest node may be gone without a word. The same session can be asked again. */
const SILENCE_LIMIT_MS = 5000;

export interface ContributionFollower {
  /** Asks these ingest nodes from now on; what answers goes on, wherever it comes from. */
  setIngests(ingests: readonly Peer[]): void;
  /** Stops without a further call to the listener. */
  close(): void;
}

export interface FollowOptions {
  readonly stream: string;
  readonly ingests: readonly Peer[];
  readonly clock: Clock;
}

/** Starts following. */
export function followContribution(options: FollowOptions, listener: SourceListener): ContributionFollower {
  const follower = new Follower(options, listener);
  follower.setIngests(options.ingests);
  return follower;
}

/** Tells one ingest daemon from another. */
function placeOf({ address, ports }: Peer): string {
  return `${address}:${ports.contribution}`;
}

class Follower implements ContributionFollower {
  readonly #stream: string;
  readonly #clock: Clock;
  readonly #switch: SourceSwitch;
  #asked = new Set<string>();
  /** Places that are asked again and again; one that is not to be asked any more stays until its answer has ended. */
  readonly #running = new Set<string>();
  #requests = new Map<string, ClientRequest>();
  #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor({ stream, clock }: FollowOptions, listener: SourceListener) {
    this.#stream = stream;
    this.#clock = clock;
    this.#switch = new SourceSwitch(listener);
  }

  setIngests(ingests: readonly Peer[]): void {
    this.#asked = new Set(ingests.map(placeOf));
    for (const ingest of ingests) if (!this.#running.has(placeOf(ingest))) this.#ask(ingest, RETRY_MS.first);
  }

  #ask(ingest: Peer, retryMs: number): void {
    if (this.#closed || !this.#asked.has(placeOf(ingest))) {
      this.#running.delete(placeOf(ingest));
      return;
    }
    this.#running.add(placeOf(ingest));
    const path = `/contribution/${encodeURIComponent(this.#stream)}`;
    const request = get({ host: ingest.address, port: ingest.ports.contribution, path, agent: false });
    this.#requests.set(placeOf(ingest), request);
    request.setNoDelay(true);
    request.once('socket', (socket) => {
      const connectTimer = setTimeout(() => request.destroy(), CONNECT_TIMEOUT_MS);
      socket.once('connect', () => clearTimeout(connectTimer));
      socket.once('close', () => clearTimeout(connectTimer));
    });
    const answerTimer = setTimeout(() => request.destroy(), ANSWER_TIMEOUT_MS);
    let answered = false;
    let delayMs = retryMs;
    request.on('response', (response) => {
      clearTimeout(answerTimer);
      answered = true;
      delayMs = this.#take(placeOf(ingest), response);
    });
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(answerTimer);
      const nextMs = answered ? RETRY_MS.first : Math.min(retryMs * 2, RETRY_MS.most);
      this.#later(delayMs, () => this.#ask(ingest, nextMs));
    });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const request of this.#requests.values()) request.destroy();
  }

  /** Returns how long to wait after this answer before asking again. */
  #take(place: string, response: IncomingMessage): number {
    response.on('error', () => {});
    const sessionId = Number(response.headers[SESSION_ID]);
    const epochMs = Number(response.headers[SESSION_EPOCH_MS]);
    if (response.statusCode !== 200 || !Number.isFinite(sessionId) || !Number.isFinite(epochMs)) {
      response.resume();
      return response.statusCode === 204 ? RETRY_MS.first : RETRY_MS.most;
    }
    this.#follow(place, { sessionId, epochMs }, response);
    response.setTimeout(SILENCE_LIMIT_MS, () => response.destroy());
    return RETRY_MS.first;
  }

  #follow(place: string, start: ContributionStart, response: IncomingMessage): void {
    const parser = new FlvParser();
    this.#switch.open(place, start, this.#clock.nowMs());
    response.on('data', (chunk: Buffer) => {
      if (this.#closed) return;
      try {
        for (const tag of parser.push(chunk)) this.#switch.take(place, tag, this.#clock.nowMs());
      } catch {
        response.destroy();
      }
    });
    response.on('close', () => {
      const hasLeft = response.complete && response.trailers[PUBLISHER_LEFT] !== undefined;
      if (!this.#closed) this.#switch.end(place, this.#clock.nowMs(), hasLeft);
    });
  }

  #later(delayMs: number, run: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }
}
