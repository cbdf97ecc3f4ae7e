import type { ServerResponse } from 'node:http';
import { encodeFrame } from '../../feed/codec.ts';
import type { FeedFrame } from '../../feed/message.ts';

/** Bytes that may wait for a subscriber beyond its replay; a slower one is dropped and will connect again. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

interface Subscriber {
  readonly res: ServerResponse;
  readonly limitBytes: number;
}

/** The relays that read one feed from this origin. */
export class Subscribers {
  readonly #all = new Set<Subscriber>();

  get count(): number {
    return this.#all.size;
  }

  /** Sends the replay and from now on every frame that is broadcast. */
  add(res: ServerResponse, replay: Iterable<FeedFrame>): void {
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    let replayBytes = 0;
    for (const { message, body } of replay) {
      const bytes = encodeFrame(message, body);
      replayBytes += bytes.length;
      res.write(bytes);
    }
    const subscriber = { res, limitBytes: replayBytes + MAX_WAITING_BYTES };
    this.#all.add(subscriber);
    res.once('close', () => this.#all.delete(subscriber));
  }

  broadcast(frame: FeedFrame): void {
    if (this.#all.size === 0) return;
    const bytes = encodeFrame(frame.message, frame.body);
    for (const { res, limitBytes } of this.#all) {
      if (res.writableLength > limitBytes) res.destroy();
      else res.write(bytes);
    }
  }

  /** Ends them all: the feed is gone, and a relay does better elsewhere. */
  endAll(): void {
    for (const { res } of this.#all) res.end();
    this.#all.clear();
  }
}
