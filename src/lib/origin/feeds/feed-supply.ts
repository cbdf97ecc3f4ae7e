import type { FeedFrame } from '../../feed/message.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Feed } from './feed.ts';
import { type Found, findFeed } from './find-feed.ts';
import { type FeedTry, planTries, rankOf } from './plan-tries.ts';
import { PulledFeed } from './pulled-feed.ts';

/** Rounds in a row, since something was found or lost, that must find nothing before the stream counts as absent. */
const ABSENT_ROUNDS = 3;
/** Milliseconds between rounds: the first, the most without any feed, and the most while one is held. */
const PAUSE_MS = { first: 100, most: 1000, mostInReserve: 2000 };
/** Milliseconds for which a peer whose feed was lost is asked last. */
const LOST_MS = 5000;
/** Milliseconds between looks for feeds that are better placed than those held, at least; up to half as much again. */
const IMPROVE_MS = 15_000;
/** Milliseconds that a feed found for others is kept for them to begin. */
const HAND_ON_MS = 3000;

export interface FeedSupplyOptions {
  readonly stream: string;
  readonly self: { readonly name: string; readonly region: string };
  /** Where a feed may be had now, best first. */
  candidates(): readonly Peer[];
  /** Origins of the own region that hand the stream on, best first. */
  owners(): readonly Peer[];
  /** How many feeds to hold now for this origin itself. */
  wanted(): number;
  /** Node of the own pipeline, whose feed is not needed; null when there is none. */
  ownReplica(): string | null;
  /** First MSN that is not known whole; asked anew for each connection. */
  fromMsn(): number;
  newestPartMs(): number | null;
  onFrame(feed: Feed, frame: FeedFrame): void;
  onEnd(feed: Feed): void;
  /** Whoever answers has no feed of the stream, and nothing is held; looking goes on. */
  onNothing(): void;
  /** No candidate has the stream, nothing is held, and `mayGiveUp` says so: the supply has ended. */
  onAbsent(): void;
  mayGiveUp(): boolean;
  nowMs(): number;
}

/**
 * Keeps as many feeds of a stream open as are wanted, of different replicas: whenever one ends or delivers nothing it
 * looks through the candidates as they are then, and comes round again after a pause. Feeds that others read through
 * this origin stay as long as they do.
 */
export class FeedSupply {
  readonly #options: FeedSupplyOptions;
  readonly #abort = new AbortController();
  readonly #held = new Set<PulledFeed>();
  readonly #lost = new Map<string, number>();
  readonly #handedOn = new Map<string, Promise<Found>>();
  /** Rounds since something was found or lost. */
  #round = 1;
  /** Unix milliseconds of the next look for better placed feeds. */
  #improveMs: number;
  #wake: () => void = () => undefined;

  constructor(options: FeedSupplyOptions) {
    this.#options = options;
    this.#improveMs = options.nowMs() + IMPROVE_MS;
    void this.#run();
  }

  /** Origins whose feed is read now. */
  get upstreams(): readonly Peer[] {
    return [...this.#held].map(({ peer }) => peer);
  }

  /** Whether others read a feed through this origin. */
  get isRead(): boolean {
    return [...this.#held].some((held) => this.#isKept(held));
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

  /**
   * The feed of a replica that is not among `not`, read without a detour, to be handed on; looks for one when none is
   * held. Null when there is none.
   */
  async handOn(not: ReadonlySet<string>): Promise<Feed | null> {
    const nowMs = this.#options.nowMs();
    for (const { feed, onward } of this.#held) {
      if (!onward && !not.has(feed.replica ?? '') && nowMs <= feed.stallsMs) return feed;
    }
    const key = [...not].sort().join();
    const searching = this.#handedOn.get(key) ?? this.#find(this.#plain(), not);
    this.#handedOn.set(key, searching);
    const { feed } = await searching;
    if (this.#handedOn.get(key) === searching) {
      this.#handedOn.delete(key);
      if (feed !== null && !this.closed) this.#hold(feed);
    }
    return this.closed ? null : (feed?.feed ?? null);
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
        if (!this.closed) await this.#improve();
        this.#round = 0;
        continue;
      }
      const { feed, allAbsent } = await this.#find(this.#tries(), this.#used());
      if (this.closed) return;
      if (feed !== null) {
        this.#hold(feed);
        this.#round = 0;
        continue;
      }
      const nothing = this.#held.size === 0;
      const often = this.#round >= ABSENT_ROUNDS;
      if (nothing && (allAbsent || often)) this.#options.onNothing();
      if (nothing && allAbsent && often && this.#options.mayGiveUp()) return this.#giveUp();
      const mostMs = this.#held.size === 0 ? PAUSE_MS.most : PAUSE_MS.mostInReserve;
      await this.#pause(Math.min(mostMs, PAUSE_MS.first * this.#round));
    }
  }

  /** Now and then looks for a feed that is better placed than the worst that is held, which then is one too many. */
  async #improve(): Promise<void> {
    const nowMs = this.#options.nowMs();
    const worst = this.#inOrder().at(-1);
    if (nowMs < this.#improveMs || this.#options.wanted() === 0 || worst === undefined) return;
    this.#improveMs = nowMs + IMPROVE_MS * (1 + Math.random() / 2);
    const replicas = this.#used();
    replicas.delete(worst.feed.replica ?? '');
    const tries = this.#allTries();
    const better = this.#unused(tries.slice(0, rankOf(tries, worst)));
    const { feed } = await this.#find(better, replicas);
    if (feed !== null && !this.closed) this.#hold(feed);
  }

  /** Lets go of the own replica's feed and of second ones of a replica, then of the worst placed that nobody else reads. */
  #trim(): void {
    const known = new Set([this.#options.ownReplica()]);
    const useful = ({ feed, onward }: PulledFeed): number =>
      2 * Number(feed.subscribers.count > 0) - Number(onward);
    const held = this.#inOrder();
    for (const one of held.toSorted((a, b) => useful(b) - useful(a))) {
      if (known.has(one.feed.replica)) one.close();
      else known.add(one.feed.replica);
    }
    const open = held.filter(({ closed }) => !closed);
    const unread = open.filter((one) => !this.#isKept(one)).toReversed();
    for (const one of unread.slice(0, Math.max(0, open.length - this.#options.wanted()))) one.close();
  }

  #isKept({ feed, keptUntilMs }: PulledFeed): boolean {
    return feed.subscribers.count > 0 || this.#options.nowMs() < keptUntilMs;
  }

  /** What is held, the best placed first. */
  #inOrder(): PulledFeed[] {
    const tries = this.#allTries();
    return [...this.#held].toSorted((a, b) => rankOf(tries, a) - rankOf(tries, b));
  }

  /** Nobody is asked to hand on who is read already: both feeds would end with that node. */
  #allTries(): FeedTry[] {
    const { candidates, owners, self, ownReplica } = this.#options;
    const facts = { candidates: candidates(), owners: owners(), self };
    const tries = planTries({ ...facts, hasPipeline: ownReplica() !== null, holdsAny: this.#held.size > 0 });
    return tries.filter(({ peer, onward }) => !onward || !this.#holds({ peer, onward: false }));
  }

  /** What to ask now: nobody whose feed is held, and whose feed was lost a moment ago last, as it may have moved away. */
  #tries(): FeedTry[] {
    const since = this.#options.nowMs() - LOST_MS;
    const isLost = ({ peer }: FeedTry): number => Number((this.#lost.get(peer.name) ?? 0) > since);
    return this.#unused(this.#allTries()).toSorted((a, b) => isLost(a) - isLost(b));
  }

  #unused(tries: readonly FeedTry[]): FeedTry[] {
    return tries.filter((one) => !this.#holds(one));
  }

  #holds({ peer, onward }: FeedTry): boolean {
    return [...this.#held].some((held) => held.peer.name === peer.name && held.onward === onward);
  }

  #plain(): FeedTry[] {
    return this.#tries().filter(({ onward }) => !onward);
  }

  /** Replicas whose feeds are not needed. */
  #used(): Set<string> {
    const held = [...this.#held].map(({ feed }) => feed.replica);
    return new Set([...held, this.#options.ownReplica()].filter((name) => name !== null));
  }

  #find(tries: readonly FeedTry[], not: ReadonlySet<string>): Promise<Found> {
    return findFeed(tries, { open: (one) => this.#open(one, not), signal: this.#abort.signal });
  }

  #open(one: FeedTry, not: ReadonlySet<string>): PulledFeed {
    const { self, stream, fromMsn, newestPartMs, onFrame, onEnd, nowMs } = this.#options;
    const onward = one.onward ? `&via=${self.name}&not=${[...not].join()}` : '';
    const pulled = new PulledFeed({
      ...{ ...one, stream, newestPartMs, onFrame, nowMs },
      query: `from=${fromMsn()}${onward}`,
      wants: ({ replica }) => !not.has(replica ?? ''),
    });
    void pulled.ended.then(() => onEnd(pulled.feed));
    return pulled;
  }

  #hold(pulled: PulledFeed): void {
    this.#held.add(pulled);
    pulled.keptUntilMs = this.#options.nowMs() + HAND_ON_MS;
    void pulled.ended.then(() => {
      this.#held.delete(pulled);
      this.#lost.set(pulled.peer.name, this.#options.nowMs());
      this.hurry();
    });
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
