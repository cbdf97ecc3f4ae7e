import type { FeedFrame } from '../../feed/message.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Feed } from './feed.ts';
import { findFeed } from './find-feed.ts';
import { PulledFeed } from './pulled-feed.ts';

/** Rounds in a row, since something was found or lost, that must find nothing before the stream counts as absent. */
const ABSENT_ROUNDS = 3;
/** Milliseconds between rounds: the first, the most without any feed, and the most while one is held. */
const PAUSE_MS = { first: 100, most: 1000, mostInReserve: 2000 };
/** Milliseconds for which a peer whose feed was lost is asked last. */
const LOST_MS = 5000;

export interface FeedSupplyOptions {
  readonly stream: string;
  /** Where a feed may be had now, best first. */
  candidates(): readonly Peer[];
  /** How many feeds to hold now. */
  wanted(): number;
  /** Replicas that need no feed: the pipeline of this node. */
  ownReplica(): string | null;
  /** First MSN that is not known whole; asked anew for each connection. */
  fromMsn(): number;
  newestPartMs(): number | null;
  onFrame(feed: Feed, frame: FeedFrame): void;
  onEnd(feed: Feed): void;
  /** No candidate has the stream, nothing is held, and `mayGiveUp` says so: the supply has ended. */
  onAbsent(): void;
  mayGiveUp(): boolean;
  nowMs(): number;
}

/**
 * Keeps as many feeds of a stream open as are wanted, of different replicas: whenever one ends or delivers nothing it
 * looks through the candidates as they are then, and comes round again after a pause.
 */
export class FeedSupply {
  readonly startedMs: number;
  readonly #options: FeedSupplyOptions;
  readonly #abort = new AbortController();
  readonly #held = new Set<PulledFeed>();
  readonly #lost = new Map<string, number>();
  /** Rounds since something was found or lost. */
  #round = 1;
  #wake: () => void = () => undefined;

  constructor(options: FeedSupplyOptions) {
    this.#options = options;
    this.startedMs = options.nowMs();
    void this.#run();
  }

  /** Origins whose feed is read now. */
  get upstreams(): readonly Peer[] {
    return [...this.#held].map(({ peer }) => peer);
  }

  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What is wanted may have changed: looks again now. */
  nudge(): void {
    this.#wake();
  }

  /** Something was lost: looks now, and often at first. */
  hurry(): void {
    this.#round = 0;
    this.#wake();
  }

  close(): void {
    this.#abort.abort();
    for (const held of this.#held) held.close();
    this.#wake();
  }

  async #run(): Promise<void> {
    for (; !this.closed; this.#round++) {
      this.#trim();
      if (this.#held.size >= this.#options.wanted()) {
        await this.#pause(null);
        this.#round = 0;
        continue;
      }
      const { feed, allAbsent } = await this.#find();
      if (this.closed) return;
      if (feed !== null) {
        this.#hold(feed);
        this.#round = 0;
        continue;
      }
      const nowhere = allAbsent && this.#held.size === 0 && this.#round >= ABSENT_ROUNDS;
      if (nowhere && this.#options.mayGiveUp()) return this.#giveUp();
      const mostMs = this.#held.size === 0 ? PAUSE_MS.most : PAUSE_MS.mostInReserve;
      await this.#pause(Math.min(mostMs, PAUSE_MS.first * this.#round));
    }
  }

  /** Lets go of feeds that are one too many: those of the own replica first, else the newest. */
  #trim(): void {
    const { wanted, ownReplica } = this.#options;
    const own = ownReplica();
    for (const held of this.#held) if (own !== null && held.feed.replica === own) held.close();
    const kept = [...this.#held].filter(({ feed }) => feed.replica !== own);
    for (const held of kept.slice(Math.max(0, wanted()))) held.close();
  }

  #find(): ReturnType<typeof findFeed> {
    const used = new Set(this.upstreams.map(({ name }) => name));
    const candidates = this.#lostLast(this.#options.candidates()).filter(({ name }) => !used.has(name));
    return findFeed(candidates, { open: (peer) => this.#open(peer), signal: this.#abort.signal });
  }

  #open(peer: Peer): PulledFeed {
    const { stream, fromMsn, newestPartMs, onFrame, onEnd, nowMs } = this.#options;
    const pulled = new PulledFeed({
      ...{ peer, stream, newestPartMs, onFrame, nowMs },
      query: `from=${fromMsn()}`,
      wants: ({ replica }) => !this.#has(replica),
    });
    void pulled.ended.then(() => onEnd(pulled.feed));
    return pulled;
  }

  #has(replica: string | null): boolean {
    if (replica === this.#options.ownReplica()) return true;
    return [...this.#held].some(({ feed }) => feed.replica === replica);
  }

  #hold(pulled: PulledFeed): void {
    this.#held.add(pulled);
    void pulled.ended.then(() => {
      this.#held.delete(pulled);
      this.#lost.set(pulled.peer.name, this.#options.nowMs());
      this.hurry();
    });
  }

  /** A feed that has just been lost is looked for last, since it may have been moved away. */
  #lostLast(candidates: readonly Peer[]): Peer[] {
    const since = this.#options.nowMs() - LOST_MS;
    const isLost = ({ name }: Peer): number => Number((this.#lost.get(name) ?? 0) > since);
    return candidates.toSorted((a, b) => isLost(a) - isLost(b));
  }

  #giveUp(): void {
    this.close();
    this.#options.onAbsent();
  }

  /** Resolves after the time, when a feed is lost, or when nudged. */
  #pause(ms: number | null): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
