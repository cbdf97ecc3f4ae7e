/** The connections of one viewer: kept open by host and used again, one request at a time each, as browsers do. */
import type { Connect, HttpConnection, TimeLimits } from './connection.ts';
import type { HttpResponse } from './response-reader.ts';

/** A request on its way. */
export interface PooledRequest {
  /** Rejects with NOT_RUNNING, UNHEALTHY (late) or INTERRUPTED (cancelled). */
  readonly response: Promise<HttpResponse>;
  /** Bytes of the answer so far. */
  progress(): number;
  /** Gives up, and the connection with it. */
  cancel(): void;
}

/** Idle connections kept to one host; browsers open six. */
const MAX_IDLE = 6;

export class ConnectionPool {
  readonly #connect: Connect;
  readonly #idle = new Map<string, HttpConnection[]>();
  readonly #busy = new Set<HttpConnection>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Gets a URL. */
  get(url: URL, limits: TimeLimits): PooledRequest {
    const idle = this.#idleAt(url.origin);
    const connection = idle.pop() ?? this.#connect(url);
    this.#busy.add(connection);
    const free = (): void => {
      if (!this.#busy.delete(connection)) return;
      if (idle.length < MAX_IDLE) idle.push(connection);
      else connection.close();
    };
    return {
      response: connection.get(url.pathname + url.search, limits).finally(free),
      progress: () => connection.received,
      cancel: () => {
        if (this.#busy.delete(connection)) connection.close();
      },
    };
  }

  /** Gives up every request. */
  interrupt(): void {
    for (const connection of this.#busy) connection.close();
    this.#busy.clear();
  }

  close(): void {
    this.interrupt();
    for (const connections of this.#idle.values()) for (const each of connections) each.close();
    this.#idle.clear();
  }

  #idleAt(origin: string): HttpConnection[] {
    const known = this.#idle.get(origin);
    if (known !== undefined) return known;
    const made: HttpConnection[] = [];
    this.#idle.set(origin, made);
    return made;
  }
}
