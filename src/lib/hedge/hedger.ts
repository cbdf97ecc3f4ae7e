/**
 * What keeps a player playing when an edge or a whole region dies: every request goes to the pathway in use, and to the
 * same path on another one when the first fails, is late, or brings an old state of the stream. It can only do so
 * because regions are interchangeable: the same paths, the same grid, the same init segments.
 *
 * This folder is the core that hls.js's loader (`lib/player`) and the simulated viewer share. It knows no DOM, no Node and
 * no network: time, chance and requests are arguments (`HedgeIo`, `Send`).
 *
 * Invariants: a request is answered or fails exactly once. What is delivered of a rendition never has a lower
 * EXT-X-MEDIA-SEQUENCE than before. Hedges are bounded by a budget, whatever fails. The first good answer counts and
 * its pathway is kept; a planned move (`steer`) sets the pathway in use and nothing else. (Grid: ARCHITECTURE.md;
 * delivery directives: RFC 8216bis section 6.2.5.2.)
 */
import { HedgeBudget } from './hedge-budget.ts';
import type { HedgeEvent, HedgeTally, HedgeWhy, SwitchWhy } from './hedge-event.ts';
import type { Answer, HedgeIo, Send } from './hedge-io.ts';
import { HEDGE_SETTINGS, type HedgeSettings } from './hedge-settings.ts';
import { HedgedRequest } from './hedged-request.ts';
import type { Pathway, PathwaysReport } from './pathway.ts';
import { PathwayBoard } from './pathway-board.ts';
import { PathwayWatch } from './pathway-watch.ts';
import { Patience } from './patience.ts';
import { type Directives, readDirectives } from './playlist-edge.ts';
import { type Judgement, PlaylistMemories, type PlaylistMemory } from './playlist-memory.ts';
import type { Hedge, RaceRules, RequestEvents } from './race.ts';

export interface HedgerOptions {
  /** Base URL over which the player was reached; until more is known, the only pathway there is. */
  readonly homeUrl: string;
  readonly settings?: Partial<HedgeSettings>;
  readonly onEvent?: (event: HedgeEvent) => void;
}

/** A request as the player makes it. */
export interface PlayerRequest<A extends Answer, F> {
  /** Absolute; delivery directives in its query. */
  readonly url: string;
  /**
   * The text of a media `playlist` is judged, remembered and trimmed. `media` that nobody has is asked for once more: it
   * may be listed here a moment before it is there. Everything else is `other`.
   */
  readonly kind: 'playlist' | 'media' | 'other';
  readonly send: Send<A, F>;
}

/** Departures that are remembered until they can be told. */
const MAX_LEFT = 4;

export class Hedger {
  readonly settings: HedgeSettings;
  readonly #io: HedgeIo;
  readonly #onEvent: (event: HedgeEvent) => void;
  readonly #board: PathwayBoard;
  readonly #budget: HedgeBudget;
  readonly #patience: Patience;
  readonly #watch: PathwayWatch;
  readonly #memories = new PlaylistMemories();
  readonly #active = new Set<{ ask(pathway: Pathway): void; close(): void }>();
  readonly #hedges = { error: 0, late: 0, stale: 0 };
  /** Pathways left since somebody was told, `us-2:late`; the last few. */
  #left: readonly string[] = [];
  readonly #sums = { requests: 0, heldBack: 0, switches: 0, returns: 0 };

  constructor(options: HedgerOptions, io: HedgeIo) {
    const settings = { ...HEDGE_SETTINGS, ...options.settings };
    this.settings = settings;
    this.#io = io;
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#board = new PathwayBoard(options.homeUrl, settings.avoidMs);
    this.#budget = new HedgeBudget({ capacity: settings.budget, perSec: settings.budgetPerSec });
    const { slackMs: baseMs, maxSlackMs: maxMs, calmMs } = settings;
    this.#patience = new Patience({ baseMs, maxMs, calmMs });
    this.#watch = new PathwayWatch({
      io,
      settings,
      board: this.#board,
      memories: this.#memories,
      slackMs: () => this.#patience.slackMs(io.nowMs()),
      onLearned: () => this.#learned(),
      onReturn: (pathway) => this.#switch(pathway, 'return'),
    });
  }

  /** The pathway over which the player was reached; without a name until that is known. */
  get home(): Pathway {
    return this.#board.home;
  }

  /** Name of the pathway that is in use, or will be as soon as the way there is known. */
  get bound(): string {
    return this.#board.bound;
  }

  get inUse(): Pathway {
    return this.#board.inUse;
  }

  /** Nearest first. */
  get pathways(): readonly Pathway[] {
    return this.#board.order;
  }

  get tally(): HedgeTally {
    return { ...this.#sums, hedges: { ...this.#hedges } };
  }

  /**
   * Learns the pathways from the edge, now and again and again, at this path on each of them; from then on it also keeps
   * the connection to the second one open, and finds the way back. Until `close`, or while the player asks for something.
   * Called with another path it keeps another stream ready there.
   */
  follow(pathwaysPath: string): void {
    this.#watch.follow(pathwaysPath);
  }

  /** Takes the cluster's pathways from elsewhere than the edge. */
  learn(report: PathwaysReport): void {
    this.#board.learn(report);
  }

  /**
   * Prefers these pathways, by name or by region and in this order, and uses the first of them from now on: a planned
   * move. One that has just failed is gone to when it is well again.
   */
  steer(wanted: readonly string[]): void {
    if (!this.#board.steer(wanted)) return;
    const first = this.#board.order[0]!;
    const isKnownBad = this.#board.isAvoided(first, this.#io.nowMs());
    if (first.name !== this.inUse.name && !isKnownBad) this.#switch(first, 'steering');
  }

  /** Goes where it was to begin, now that it knows the way. */
  #learned(): void {
    const first = this.#board.steeredFirst;
    const isKnownBad = first !== null && this.#board.isAvoided(first, this.#io.nowMs());
    if (first !== null && first.name !== this.inUse.name && !isKnownBad) this.#switch(first, 'steering');
  }

  /** Which pathways were left since the last call, and why: `us-2:late,eu-2:error`; empty for none. */
  takeDepartures(): string {
    const said = this.#left.join(',');
    this.#left = [];
    return said;
  }

  /** The URL to use for a file that the player gets by itself. */
  urlInUse(url: string): string {
    const path = this.#board.pathOf(url);
    return path === null ? url : `${this.inUse.baseUrl}${path}`;
  }

  /** Makes a request; returns what gives it up. What is on none of the pathways goes to its own URL alone. */
  request<A extends Answer, F>(asked: PlayerRequest<A, F>, events: RequestEvents<A, F>): () => void {
    this.#sums.requests += 1;
    this.#watch.asked();
    const path = this.#board.pathOf(asked.url);
    if (path === null) return sendAlone(asked, events);
    const memory = asked.kind === 'playlist' ? this.#memories.of(path) : null;
    const directives = memory === null ? null : readDirectives(path);
    const race = new HedgedRequest<A, F>(
      {
        path,
        dueMs: memory?.dueMs(directives, this.#io.nowMs()) ?? 0,
        twice: asked.kind === 'media',
        send: asked.send,
        events,
      },
      this.#io,
      this.#rules(path, { kind: asked.kind, memory, directives, ended: () => this.#active.delete(race) }),
    );
    this.#active.add(race);
    race.ask(this.inUse);
    return () => race.cancel();
  }

  /** Gives up all requests, unanswered, and stops looking after pathways. */
  close(): void {
    this.#watch.close();
    for (const race of [...this.#active]) race.close();
  }

  #rules(path: string, { kind, memory, directives, ended }: RuleContext): RaceRules {
    const { settings } = this;
    return {
      ended,
      slackMs: () => this.#patience.slackMs(this.#io.nowMs()),
      jitterMs: () => this.#io.random() * settings.jitterMs,
      allow: (why) => this.#allow(why, path),
      next: (tried) => this.#board.next(tried, this.#io.nowMs()),
      isLearning: () => this.#watch.isLearning,
      judge: (answer) => memory?.judge(answer.text(), directives, this.#io.nowMs()) ?? GOOD,
      deliver: (answer) => memory?.take(answer.text(), this.#io.nowMs()) ?? null,
      onHedge: (hedge, afterMs) => this.#hedged(hedge, { path, afterMs }),
      onFailed: (pathway) => this.#board.fail(pathway, this.#io.nowMs()),
      // When a playlist is due is a guess; media is listed when it is there.
      onAnswered: (afterMs) => kind === 'media' && this.#patience.answered(afterMs),
      onSpared: () => this.#budget.giveBack(),
      onWon: (pathway, hedge) => this.#won(pathway, hedge),
      onWasted: () => this.#patience.wasted(this.#io.nowMs()),
    };
  }

  #allow(why: HedgeWhy, path: string): boolean {
    const nowMs = this.#io.nowMs();
    const reserve = why === 'error' ? 0 : this.settings.budgetForErrors;
    if (this.#budget.take(nowMs, reserve)) return true;
    this.#sums.heldBack += 1;
    this.#onEvent({ kind: 'held-back', atMs: nowMs, why, path });
    return false;
  }

  #hedged(
    { why, from, to }: Hedge & { readonly to: Pathway },
    about: { path: string; afterMs: number },
  ): void {
    this.#hedges[why] += 1;
    const atMs = this.#io.nowMs();
    this.#onEvent({ kind: 'hedge', atMs, why, from: from.name, to: to.name, ...about });
  }

  #won(pathway: Pathway, hedge: Hedge | null): void {
    this.#board.succeed(pathway);
    if (hedge === null || pathway.name === this.inUse.name) return;
    const from = this.#board.named(hedge.from);
    if (from.name !== this.inUse.name) return;
    this.#board.fail(from, this.#io.nowMs());
    this.#switch(pathway, hedge.why);
    for (const race of [...this.#active]) race.ask(pathway);
  }

  #switch(to: Pathway, why: SwitchWhy): void {
    const atMs = this.#io.nowMs();
    const from = this.inUse;
    this.#board.use(to);
    this.#watch.switched(why);
    this.#patience.moved();
    if (why === 'return') this.#sums.returns += 1;
    else this.#sums.switches += 1;
    if (why !== 'return' && why !== 'steering' && from.name !== '') {
      this.#left = [...this.#left, `${from.name}:${why}`].slice(-MAX_LEFT);
    }
    this.#onEvent({ kind: 'switch', atMs, why, from: from.name, to: to.name });
  }
}

interface RuleContext {
  readonly kind: 'playlist' | 'media' | 'other';
  readonly memory: PlaylistMemory | null;
  readonly directives: Directives | null;
  ended(): void;
}

const GOOD: Judgement = { freshness: 'fresh', edge: 0 };

function sendAlone<A extends Answer, F>(asked: PlayerRequest<A, F>, events: RequestEvents<A, F>): () => void {
  const sending = asked.send(asked.url, {
    onAnswer: (answer) => events.onAnswer(answer, { pathway: null, text: null }),
    onFailure: (failure) => events.onFailure(failure),
  });
  return () => sending.cancel();
}
