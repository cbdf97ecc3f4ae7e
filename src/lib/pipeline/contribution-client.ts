/** Asks every ingest node for the stream's contribution and follows the newest publish session. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { FlvParser, type FlvTag } from '../media/flv.ts';
import type { Peer } from '../nodes/node-config.ts';

/** One answer of a contribution daemon: the same session may be answered again after a lost connection. */
export interface ContributionStart {
  /** Unix milliseconds when the session was opened. */
  readonly sessionId: number;
  /** Unix milliseconds of RTMP timestamp 0; may have a fraction. */
  readonly epochMs: number;
}

export interface ContributionListener {
  onStart(start: ContributionStart): void;
  onTag(tag: FlvTag): void;
  /** The answer ended: the publisher went, or the connection was lost. */
  onEnd(): void;
}

const RETRY_MS = { first: 50, most: 500 };
/** Between two looks at an ingest node that has an older session than the one followed. */
const OLDER_RETRY_MS = 1000;
/** Longer than the 30 s after which a daemon without a session answers 204. */
const ANSWER_TIMEOUT_MS = 40_000;

/** Nothing arrives for this long: the ingest node may be gone without a word. The same session can be asked again. */
const SILENCE_LIMIT_MS = 5000;

interface Followed extends ContributionStart {
  readonly response: IncomingMessage;
}

export interface ContributionFollower {
  /** Asks these ingest nodes from now on; what is followed goes on, wherever it comes from. */
  setIngests(ingests: readonly Peer[]): void;
  /** Stops without a further call to the listener. */
  close(): void;
}

/** Starts following. */
export function followContribution(
  options: { readonly stream: string; readonly ingests: readonly Peer[] },
  listener: ContributionListener,
): ContributionFollower {
  const follower = new Follower(options.stream, listener);
  follower.setIngests(options.ingests);
  return follower;
}

/** Tells one ingest daemon from another. */
function placeOf({ address, ports }: Peer): string {
  return `${address}:${ports.contribution}`;
}

class Follower implements ContributionFollower {
  readonly #stream: string;
  readonly #listener: ContributionListener;
  #current: Followed | null = null;
  #asked = new Set<string>();
  #requests = new Map<string, ClientRequest>();
  #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(stream: string, listener: ContributionListener) {
    this.#stream = stream;
    this.#listener = listener;
  }

  setIngests(ingests: readonly Peer[]): void {
    const before = this.#asked;
    this.#asked = new Set(ingests.map(placeOf));
    for (const ingest of ingests) if (!before.has(placeOf(ingest))) this.#ask(ingest, RETRY_MS.first);
  }

  #ask(ingest: Peer, retryMs: number): void {
    if (this.#closed || !this.#asked.has(placeOf(ingest))) return;
    const path = `/contribution/${encodeURIComponent(this.#stream)}`;
    const request = get({ host: ingest.address, port: ingest.ports.contribution, path, agent: false });
    this.#requests.set(placeOf(ingest), request);
    request.setNoDelay(true);
    const answerTimer = setTimeout(() => request.destroy(), ANSWER_TIMEOUT_MS);
    let answered = false;
    let delayMs = retryMs;
    request.on('response', (response) => {
      clearTimeout(answerTimer);
      answered = true;
      delayMs = this.#take(response);
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
    this.#current = null;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const request of this.#requests.values()) request.destroy();
  }

  /** Returns how long to wait after this answer before asking again. */
  #take(response: IncomingMessage): number {
    response.on('error', () => {});
    const sessionId = Number(response.headers['x-session-id']);
    const epochMs = Number(response.headers['x-session-epoch-ms']);
    if (response.statusCode !== 200 || !Number.isFinite(sessionId) || !Number.isFinite(epochMs)) {
      response.resume();
      return response.statusCode === 204 ? RETRY_MS.first : RETRY_MS.most;
    }
    if (this.#current !== null && sessionId <= this.#current.sessionId) {
      response.destroy();
      return OLDER_RETRY_MS;
    }
    const superseded = this.#current;
    this.#current = { sessionId, epochMs, response };
    superseded?.response.destroy();
    this.#follow(this.#current);
    response.setTimeout(SILENCE_LIMIT_MS, () => response.destroy());
    return RETRY_MS.first;
  }

  #follow(followed: Followed): void {
    const parser = new FlvParser();
    const { response } = followed;
    this.#listener.onStart({ sessionId: followed.sessionId, epochMs: followed.epochMs });
    response.on('data', (chunk: Buffer) => {
      if (this.#current !== followed) return;
      try {
        for (const tag of parser.push(chunk)) this.#listener.onTag(tag);
      } catch {
        response.destroy();
      }
    });
    response.on('close', () => {
      if (this.#current !== followed) return;
      this.#current = null;
      this.#listener.onEnd();
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
