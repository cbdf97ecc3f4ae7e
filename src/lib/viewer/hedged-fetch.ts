import { StreamctlError } from '../base/errors.ts';
import type { HedgeEvent } from '../hedge/hedge-event.ts';
import type { Answer, HedgeIo, SendEvents, Sending } from '../hedge/hedge-io.ts';
import { Hedger } from '../hedge/hedger.ts';
import type { TimeLimits } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { SteeringWatch } from './steering-watch.ts';
import { bodyOf, type FetchKind, statusError, type ViewerFetch } from './viewer-fetch.ts';

export interface HedgedFetchOptions {
  /** Multivariant playlist; the pathways are told beside it. */
  readonly url: URL;
  readonly pool: ConnectionPool;
  readonly nowMs: () => number;
  readonly onEvent?: (event: HedgeEvent) => void;
}

/** Delays are rounded up to this, so that the timers of thousands of viewers share few lists. */
const TIMER_MS = 20;

/** Asks as hls.js does with the hedged loader, over real connections. */
export class HedgedFetch implements ViewerFetch {
  readonly hedger: Hedger;
  readonly #pool: ConnectionPool;
  readonly #steering: SteeringWatch;
  /** Rejects each request under way. */
  readonly #open = new Set<(reason: Error) => void>();

  constructor({ url, pool, nowMs, onEvent }: HedgedFetchOptions) {
    this.#pool = pool;
    const io: HedgeIo = {
      nowMs,
      random: Math.random,
      after: (delayMs, run) => {
        const timer = setTimeout(run, Math.ceil(delayMs / TIMER_MS) * TIMER_MS);
        return () => clearTimeout(timer);
      },
      getText: (text, totalMs) => this.#getText(new URL(text), totalMs),
    };
    this.hedger = new Hedger({ homeUrl: url.origin, ...(onEvent && { onEvent }) }, io);
    this.hedger.follow(new URL('pathways.json', url).pathname);
    this.#steering = new SteeringWatch(io, this.hedger);
  }

  get(url: URL, kind: FetchKind, limits: TimeLimits): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (reason: Error): void => {
        this.#open.delete(fail);
        giveUp();
        reject(reason);
      };
      this.#open.add(fail);
      const giveUp = this.hedger.request<PlaylistBody, Error>(
        {
          url: url.href,
          kind: kind === 'multivariant' ? 'other' : kind,
          send: (to, events) => this.#send(new URL(to), limits, events),
        },
        {
          onAnswer: (answer, { text }) => {
            this.#open.delete(fail);
            if (kind === 'multivariant') this.#steering.begin(url, answer.text());
            resolve(answer.with(text));
          },
          onFailure: fail,
        },
      );
    });
  }

  interrupt(): void {
    for (const fail of [...this.#open]) fail(new StreamctlError('INTERRUPTED', 'the viewer stopped'));
  }

  close(): void {
    this.#steering.close();
    this.hedger.close();
    this.interrupt();
    this.#pool.close();
  }

  #send(url: URL, limits: TimeLimits, events: SendEvents<PlaylistBody, Error>): Sending {
    const request = this.#pool.get(url, limits);
    let isOver = false;
    request.response.then(
      (response) => {
        if (isOver) return;
        if (response.status === 200) events.onAnswer(new PlaylistBody(response.body));
        else events.onFailure(statusError(url, response.status));
      },
      (error: Error) => {
        if (!isOver) events.onFailure(error);
      },
    );
    return {
      progress: request.progress,
      cancel: () => {
        isOver = true;
        request.cancel();
      },
    };
  }

  async #getText(url: URL, totalMs: number): Promise<string> {
    const { response } = this.#pool.get(url, { firstByteMs: totalMs, totalMs });
    return bodyOf(url, await response).toString('utf8');
  }
}

/** A body whose text is made once, and only when somebody reads it. */
class PlaylistBody implements Answer {
  readonly #body: Buffer;
  #text: string | null = null;

  constructor(body: Buffer) {
    this.#body = body;
  }

  text(): string {
    this.#text ??= this.#body.toString('utf8');
    return this.#text;
  }

  /** The body with another text, or as it came. */
  with(text: string | null): Buffer {
    return text === null || text === this.#text ? this.#body : Buffer.from(text);
  }
}
