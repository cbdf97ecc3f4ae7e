import type { Peer } from '../../nodes/node-config.ts';
import type { PulledFeed } from './pulled-feed.ts';

/** When a peer has not answered for this many milliseconds, the next one is asked as well. */
const HEDGE_MS = 200;

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
  peers: readonly Peer[],
  { open, signal }: { open(peer: Peer): PulledFeed; readonly signal: AbortSignal },
): Promise<Found> {
  const search = new Search(open);
  const onAbort = (): void => search.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const rest = [...peers];
  while (!signal.aborted && search.winner === null && (rest.length > 0 || search.waiting > 0)) {
    const peer = rest.shift();
    if (peer !== undefined) search.ask(peer);
    await search.answer(rest.length > 0 ? HEDGE_MS : null);
  }
  signal.removeEventListener('abort', onAbort);
  const feed = signal.aborted ? null : search.winner;
  search.close(feed);
  return { feed, allAbsent: search.absent === peers.length };
}

class Search {
  winner: PulledFeed | null = null;
  absent = 0;
  readonly #open: (peer: Peer) => PulledFeed;
  readonly #asked: PulledFeed[] = [];
  #waiting = 0;
  #wake: () => void = () => undefined;

  constructor(open: (peer: Peer) => PulledFeed) {
    this.#open = open;
  }

  /** Peers that have not answered. */
  get waiting(): number {
    return this.#waiting;
  }

  ask(peer: Peer): void {
    const pulled = this.#open(peer);
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
