/** How a viewer gets files: from the address it was given alone, as hls.js does by itself, or hedged. */
import { StreamctlError } from '../base/errors.ts';
import type { TimeLimits } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { HttpResponse } from './response-reader.ts';

/** What is asked for: it decides when an answer is late, and whether it may be old. */
export type FetchKind = 'multivariant' | 'playlist' | 'media';

export interface ViewerFetch {
  /**
   * Gets the body of a 200. Rejects with NOT_RUNNING (refused, broken), UNHEALTHY (late, or another status, which is in
   * `details`) or INTERRUPTED.
   */
  get(url: URL, kind: FetchKind, limits: TimeLimits): Promise<Buffer>;
  /** Rejects what is under way. */
  interrupt(): void;
  close(): void;
}

/** Asks where the URL says, once. */
export class PlainFetch implements ViewerFetch {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async get(url: URL, _kind: FetchKind, limits: TimeLimits): Promise<Buffer> {
    return bodyOf(url, await this.#pool.get(url, limits).response);
  }

  interrupt(): void {
    this.#pool.interrupt();
  }

  close(): void {
    this.#pool.close();
  }
}

/** The body of a 200; throws UNHEALTHY for any other status. */
export function bodyOf(url: URL, { status, body }: HttpResponse): Buffer {
  if (status === 200) return body;
  throw statusError(url, status);
}

/** UNHEALTHY, with the status in its details. */
export function statusError(url: URL, status: number): StreamctlError {
  return new StreamctlError('UNHEALTHY', `GET ${url.pathname}: status ${status}`, { details: { status } });
}
