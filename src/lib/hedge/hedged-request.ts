/**
 * One request and its race: asked at the pathway in use, and elsewhere when that fails, is late or brings what is old.
 * The first good answer counts, all others are given up.
 */
import type { HedgeWhy } from './hedge-event.ts';
import type { Answer, HedgeIo, Send, Sending } from './hedge-io.ts';
import type { Pathway } from './pathway.ts';
import type { Judgement } from './playlist-memory.ts';

/** Who asked, and what becomes of it: exactly one of both, once. */
export interface RequestEvents<A extends Answer, F> {
  /**
   * `text` is the playlist to use in place of the answer's; null when the answer is used as it came. `pathway` is null
   * for what is on none of them.
   */
  onAnswer(answer: A, won: { readonly pathway: Pathway | null; readonly text: string | null }): void;
  /** Nobody had it: what the first that was asked said. */
  onFailure(failure: F): void;
}

/** What made us ask at another pathway. */
export interface Hedge {
  readonly why: HedgeWhy;
  /** The first that was asked. */
  readonly from: Pathway;
}

export interface RaceEnd {
  /** Null when the winner was asked without any trouble of another. */
  readonly hedge: Hedge | null;
  /** The late one was the first to answer after all: it need not have been doubted. */
  readonly wasted: boolean;
}

/** What the race asks of the player that it belongs to. */
export interface RaceRules {
  /** How long over its time an answer may be, milliseconds. */
  slackMs(): number;
  jitterMs(): number;
  /** Takes a hedge from the budget. */
  allow(why: HedgeWhy): boolean;
  next(tried: ReadonlySet<string>): Pathway | null;
  judge(answer: Answer): Judgement;
  /** The playlist as the player is to see it. */
  deliver(answer: Answer): string | null;
  onHedge(hedge: Hedge & { readonly to: Pathway }, afterMs: number): void;
  onFailed(pathway: Pathway): void;
  onWon(pathway: Pathway, end: RaceEnd): void;
  /** Answered, failed or given up. */
  ended(): void;
}

interface Attempt<A> {
  readonly pathway: Pathway;
  readonly hedge: Hedge | null;
  readonly startedMs: number;
  sending: Sending | null;
  state: 'running' | 'over';
  seen: number;
  /** One that is not what was asked for. */
  poor: { readonly answer: A; readonly edge: number } | null;
}

/** Between two looks whether the budget allows a hedge of a late request. */
const HELD_BACK_MS = 250;

export interface RaceOptions<A extends Answer, F> {
  /** Below the base of every pathway. */
  readonly path: string;
  /** How long the server may rightly take, milliseconds. */
  readonly dueMs: number;
  /** When it failed everywhere, everybody is asked again after the slack. */
  readonly twice: boolean;
  readonly send: Send<A, F>;
  readonly events: RequestEvents<A, F>;
}

export class HedgedRequest<A extends Answer, F> {
  readonly #options: RaceOptions<A, F>;
  readonly #io: HedgeIo;
  readonly #rules: RaceRules;
  readonly #attempts: Attempt<A>[] = [];
  readonly #tried = new Set<string>();
  /** Hedges that wait for their jitter. */
  #waiting = 0;
  readonly #timers = new Set<() => void>();
  #failure: { readonly of: F } | null = null;
  #askedAgain = false;
  #done = false;

  constructor(options: RaceOptions<A, F>, io: HedgeIo, rules: RaceRules) {
    this.#options = options;
    this.#io = io;
    this.#rules = rules;
  }

  /** Asks a pathway. Without a hedge: the first of all, or one that another request has just found better. */
  ask(pathway: Pathway, hedge: Hedge | null = null): void {
    if (this.#done || this.#tried.has(pathway.name)) return;
    this.#tried.add(pathway.name);
    const attempt: Attempt<A> = {
      pathway,
      hedge,
      startedMs: this.#io.nowMs(),
      sending: null,
      state: 'running',
      seen: 0,
      poor: null,
    };
    this.#attempts.push(attempt);
    attempt.sending = this.#options.send(`${pathway.baseUrl}${this.#options.path}`, {
      onAnswer: (answer) => this.#answered(attempt, answer),
      onFailure: (failure) => this.#failed(attempt, failure),
    });
    const dueAtMs = this.#attempts[0]!.startedMs + this.#options.dueMs;
    const dueMs = Math.max(0, dueAtMs - attempt.startedMs);
    this.#later(dueMs + this.#rules.slackMs(), () => this.#checkProgress(attempt));
  }

  cancel(): void {
    this.#finish();
  }

  /** Of the newest attempt only: one after the other is asked, not all at once. */
  #checkProgress(attempt: Attempt<A>): void {
    if (attempt.state !== 'running' || attempt !== this.#attempts.at(-1)) return;
    const progress = attempt.sending?.progress() ?? 0;
    const isMoving = progress > attempt.seen;
    attempt.seen = progress;
    if (isMoving) this.#later(this.#rules.slackMs(), () => this.#checkProgress(attempt));
    else if (!this.#hedge('late')) {
      this.#later(HELD_BACK_MS, () => this.#checkProgress(attempt));
    }
  }

  #answered(attempt: Attempt<A>, answer: A): void {
    if (this.#done || attempt.state !== 'running') return;
    attempt.state = 'over';
    const { freshness, edge } = this.#rules.judge(answer);
    if (freshness === 'fresh') {
      this.#win(attempt, answer);
      return;
    }
    attempt.poor = { answer, edge };
    this.#rules.onFailed(attempt.pathway);
    this.#hedge(freshness === 'stale' ? 'stale' : 'error');
    this.#settle();
  }

  #failed(attempt: Attempt<A>, failure: F): void {
    if (this.#done || attempt.state !== 'running') return;
    attempt.state = 'over';
    this.#failure ??= { of: failure };
    this.#rules.onFailed(attempt.pathway);
    this.#hedge('error');
    this.#settle();
  }

  /** Asks elsewhere after a jitter; false when the budget does not allow it now. */
  #hedge(why: HedgeWhy): boolean {
    if (this.#rules.next(this.#tried) === null) return true;
    if (!this.#rules.allow(why)) return false;
    this.#waiting += 1;
    this.#later(this.#rules.jitterMs(), () => {
      this.#waiting -= 1;
      this.#askNext(why);
    });
    return true;
  }

  /** Whoever wins after this, it is the first that was left. */
  #askNext(why: HedgeWhy): void {
    const hedge = { why, from: this.#attempts[0]!.pathway };
    const to = this.#rules.next(this.#tried);
    if (to === null) {
      this.#settle();
      return;
    }
    this.#rules.onHedge({ ...hedge, to }, this.#io.nowMs() - this.#attempts[0]!.startedMs);
    this.ask(to, hedge);
  }

  #win(attempt: Attempt<A>, answer: A): void {
    this.#finish();
    const text = this.#rules.deliver(answer);
    const { pathway, hedge } = attempt;
    const wasted = this.#attempts.some(
      (other) => other.hedge?.why === 'late' && other.hedge.from === pathway,
    );
    this.#rules.onWon(pathway, { hedge, wasted });
    this.#options.events.onAnswer(answer, { pathway, text });
  }

  /** When nothing more can come: an old answer is better than none, the failure is what is left. */
  #settle(): void {
    if (this.#done || this.#waiting > 0) return;
    if (this.#attempts.some(({ state }) => state === 'running')) return;
    if (this.#options.twice && !this.#askedAgain && this.#tried.size > 1) {
      this.#askedAgain = true;
      this.#later(this.#rules.slackMs(), () => {
        this.#tried.clear();
        this.#askNext('error');
      });
      return;
    }
    this.#finish();
    const byEdge = [...this.#attempts].sort((a, b) => (b.poor?.edge ?? -1) - (a.poor?.edge ?? -1));
    const { poor, pathway } = byEdge[0] as Attempt<A>;
    if (poor !== null) {
      this.#options.events.onAnswer(poor.answer, { pathway, text: this.#rules.deliver(poor.answer) });
    } else if (this.#failure !== null) this.#options.events.onFailure(this.#failure.of);
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#io.after(delayMs, () => {
      this.#timers.delete(cancel);
      if (!this.#done) run();
    });
    this.#timers.add(cancel);
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#rules.ended();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const { state, sending } of this.#attempts) if (state === 'running') sending?.cancel();
  }
}
