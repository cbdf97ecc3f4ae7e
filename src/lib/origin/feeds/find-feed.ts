import type { FeedTry } from './plan-tries.ts';
import type { PulledFeed } from './pulled-feed.ts';

/** When a peer has not answered for this many milliseconds, the next one is asked as well; who asks on gets longer. */
const HEDGE_MS = { plain: 200, onward: 600 };

export interface Found {
  /** The first feed that said hello and was wanted; null when there is none now. */
  readonly feed: PulledFeed | null;
  /** Every peer said that it has none. */
  readonly allAbsent: boolean;
}

/**
 * Asks peers for their feed, one after the other, the next one at once when one has none and after a while when one is
 * silent; keeps the first that opens and closes the others. Never rejects.
 */
export async function findFeed(
  tries: readonly FeedTry[],
  { open, signal }: { open(one: FeedTry): PulledFeed; readonly signal: AbortSignal },
): Promise<Found> {
  const search = new Search(open);
  const onAbort = (): void => search.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const rest = [...tries];
  while (!signal.aborted && search.winner === null && (rest.length > 0 || search.waiting > 0)) {
    const one = rest.shift();
    if (one !== undefined) search.ask(one);
    await search.answer(rest.length > 0 ? HEDGE_MS[one?.onward === true ? 'onward' : 'plain'] : null);
  }
  signal.removeEventListener('abort', onAbort);
  const feed = signal.aborted ? null : search.winner;
  search.close(feed);
  return { feed, allAbsent: search.absent === tries.length };
}

class Search {
  winner: PulledFeed | null = null;
  absent = 0;
  readonly #open: (one: FeedTry) => PulledFeed;
  readonly #asked: PulledFeed[] = [];
  #waiting = 0;
  #wake: () => void = () => undefined;

  constructor(open: (one: FeedTry) => PulledFeed) {
    this.#open = open;
  }

  /** Peers that have not answered. */
  get waiting(): number {
    return this.#waiting;
  }

  ask(one: FeedTry): void {
    const pulled = this.#open(one);
    this.#asked.push(pulled);
    this.#waiting += 1;
    void this.#follow(pulled);
  }

  /** Resolves when a peer has answered, when nobody is left to answer, or after the time. */
  answer(limitMs: number | null): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = limitMs === null ? undefined : setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Closes every feed but the one to keep. */
  close(except: PulledFeed | null = null): void {
    for (const pulled of this.#asked) if (pulled !== except) pulled.close();
    this.#wake();
  }

  async #follow(pulled: PulledFeed): Promise<void> {
    if (await pulled.opened) this.winner ??= pulled;
    else if ((await pulled.ended) === 'absent') this.absent += 1;
    this.#waiting -= 1;
    this.#wake();
  }
}
