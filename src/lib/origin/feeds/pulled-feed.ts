import type { FeedFrame } from '../../feed/message.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { Feed } from './feed.ts';
import { type FeedEnd, readFeed } from './read-feed.ts';

/** Milliseconds until the first message. */
const HELLO_MS = 2000;
/** Milliseconds without any message, after which the sender hangs: pipelines say their status twice a second. */
const SILENT_MS = 1500;
/** Milliseconds between looks at a feed that is late while no other delivers either. */
const LOOK_MS = 100;

/** Why a feed is no longer read. `silent`: not a word; `stalled`: no part while another feed had some. */
export type PulledEnd = FeedEnd | 'silent' | 'stalled' | 'unwanted';

export interface PulledFeedOptions {
  readonly peer: Peer;
  /** It hands on the feed of another origin. */
  readonly onward: boolean;
  readonly stream: string;
  readonly query: string;
  /** Says whether a feed that has said hello is wanted. */
  wants(feed: Feed): boolean;
  onFrame(feed: Feed, frame: FeedFrame): void;
  /** When any feed last brought a part that the window took, Unix milliseconds. */
  newestPartMs(): number | null;
  nowMs(): number;
}

/** One connection to another origin for its feed of a stream: opens at once, ends by itself when it delivers nothing. */
export class PulledFeed {
  readonly feed: Feed;
  readonly peer: Peer;
  readonly onward: boolean;
  /** Until then it is kept though nobody reads it, Unix milliseconds. */
  keptUntilMs = 0;
  /** Settles with true when it has said hello and is wanted, with false when it ends before. */
  readonly opened: Promise<boolean>;
  readonly ended: Promise<PulledEnd>;
  readonly #options: PulledFeedOptions;
  readonly #abort = new AbortController();
  #why: PulledEnd = 'closed';
  #timer: NodeJS.Timeout;
  #open: (opened: boolean) => void = () => undefined;

  constructor(options: PulledFeedOptions) {
    const { peer, onward, stream, query, nowMs } = options;
    this.#options = options;
    this.peer = peer;
    this.onward = onward;
    this.feed = new Feed({ from: peer, sinceMs: nowMs(), drop: () => this.close() });
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#timer = setTimeout(() => this.#end('silent'), HELLO_MS);
    this.ended = readFeed({
      url: `http://${peer.address}:${peer.ports.origin}/feed/${stream}?${query}`,
      signal: this.#abort.signal,
      onFrame: (frame) => this.#take(frame),
    }).then((end) => {
      clearTimeout(this.#timer);
      this.#open(false);
      return end === 'closed' ? this.#why : end;
    });
  }

  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  close(): void {
    this.#end('closed');
  }

  #take(frame: FeedFrame): void {
    const { onFrame, wants } = this.#options;
    const opening = this.feed.hello === null;
    if (opening && frame.message.type === 'hello') this.feed.hello = frame.message;
    if (this.feed.hello === null) this.#end('failed');
    else if (opening && !wants(this.feed)) this.#end('unwanted');
    else {
      onFrame(this.feed, frame);
      if (!opening) return;
      this.#open(true);
      this.#watch();
    }
  }

  #end(why: PulledEnd): void {
    if (this.#abort.signal.aborted) return;
    this.#why = why;
    this.#abort.abort();
  }

  /** Looks at the feed when it would be late, and ends it when it is. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    const { nowMs, newestPartMs } = this.#options;
    const { feed } = this;
    const now = nowMs();
    const silentMs = feed.lastWordMs + SILENT_MS - now;
    const stalledMs = feed.stallsMs - now;
    const overtaken = (newestPartMs() ?? 0) > (feed.lastPartMs ?? feed.sinceMs);
    if (silentMs <= 0) this.#end('silent');
    else if (stalledMs <= 0 && overtaken) this.#end('stalled');
    else {
      const nextMs = Math.min(silentMs, stalledMs > 0 ? stalledMs : LOOK_MS);
      this.#timer = setTimeout(() => this.#watch(), Math.max(10, nextMs));
    }
  }
}
