import type { ServerResponse } from 'node:http';
import { type FlvTag, formatFlvHeader, formatFlvTag } from '../media/flv.ts';
import { PUBLISHER_LEFT, SESSION_EPOCH_MS, SESSION_ID } from '../media/session-headers.ts';

/** More than the GOP cache holds: a subscriber that lags so far behind would not catch up. */
const MAX_UNSENT_BYTES = 24 * 1024 * 1024;

/** What a subscriber's response begins with. */
export interface Opening {
  readonly sessionId: number;
  readonly epochMs: number;
  readonly tracks: { readonly audio: boolean; readonly video: boolean };
  readonly replay: readonly FlvTag[];
}

/** The responses that carry one publish session. A slow one is dropped, so that it harms nobody. */
export class Subscribers {
  #responses = new Set<ServerResponse>();

  get count(): number {
    return this.#responses.size;
  }

  add(response: ServerResponse, opening: Opening): void {
    response.writeHead(200, {
      'content-type': 'video/x-flv',
      'cache-control': 'no-store',
      trailer: PUBLISHER_LEFT,
      [SESSION_ID]: String(opening.sessionId),
      [SESSION_EPOCH_MS]: String(opening.epochMs),
    });
    response.write(Buffer.concat([formatFlvHeader(opening.tracks), ...opening.replay.map(formatFlvTag)]));
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
  }

  send(tag: FlvTag): void {
    if (this.#responses.size === 0) return;
    const bytes = formatFlvTag(tag);
    for (const response of this.#responses) {
      response.write(bytes);
      if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
    }
  }

  /** Ends every response; their receivers ask again. `hasLeft`: the publisher has gone, which they are told. */
  end(hasLeft = false): void {
    for (const response of this.#responses) {
      if (hasLeft) response.addTrailers({ [PUBLISHER_LEFT]: '1' });
      response.end();
    }
    this.#responses.clear();
  }
}
