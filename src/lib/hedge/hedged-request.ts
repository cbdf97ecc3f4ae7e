/**
 * One request and its race: asked at the pathway in use, and elsewhere when that fails, is late or brings what is old.
 * The first good answer counts, all others are given up.
 */
import type { HedgeWhy } from './hedge-event.ts';
import type { Answer, HedgeIo } from './hedge-io.ts';
import type { Pathway } from './pathway.ts';
import type { Attempt, Hedge, RaceOptions, RaceRules, Rival } from './race.ts';

/** Between two looks whether the budget allows a hedge of a late request. */
const HELD_BACK_MS = 250;
/** Between two looks whether there is another pathway by now. */
const LEARN_LOOK_MS = 50;
/** While none is known, what failed is asked again there, so often and after so long. */
const AGAIN = { most: 3, afterMs: 100 } as const;

/** An answer in less than this share of the late one's time is faster, not just lucky. */
const FASTER = 0.75;

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
  #again = 0;
  #done = false;
  #rival: Rival | null = null;

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

  /** Gives it up, unless it is answered. */
  cancel(): void {
    this.#finish();
  }

  /** Gives it up, and what is compared after it was answered. */
  close(): void {
    this.#finish();
    this.#rival?.end(null);
  }

  /** Of the newest attempt only: one after the other is asked, not all at once. */
  #checkProgress(attempt: Attempt<A>): void {
    if (attempt.state !== 'running' || attempt !== this.#attempts.at(-1)) return;
    const progress = attempt.sending?.progress() ?? 0;
    const isMoving = progress > attempt.seen;
    attempt.seen = progress;
    if (isMoving) this.#later(this.#rules.slackMs(), () => this.#checkProgress(attempt));
    else if (this.#rules.isLearning()) this.#later(LEARN_LOOK_MS, () => this.#checkProgress(attempt));
    else if (!this.#doubt()) {
      this.#later(HELD_BACK_MS, () => this.#checkProgress(attempt));
    }
  }

  #answered(attempt: Attempt<A>, answer: A): void {
    if (attempt === this.#rival?.attempt) {
      this.#rival.end(this.#rules.judge(answer).freshness === 'fresh');
      return;
    }
    if (this.#done || attempt.state !== 'running') return;
    attempt.state = 'over';
    const judgement = this.#rules.judge(answer);
    if (judgement.freshness === 'fresh') {
      this.#win(attempt, answer);
      return;
    }
    attempt.poor = { ...judgement, answer };
    this.#rules.onFailed(attempt.pathway);
    this.#hedge(judgement.freshness === 'malformed' ? 'error' : 'stale');
    this.#settle();
  }

  #failed(attempt: Attempt<A>, failure: F): void {
    if (attempt === this.#rival?.attempt) this.#rival.end(false);
    if (this.#done || attempt.state !== 'running') return;
    attempt.state = 'over';
    this.#failure ??= { of: failure };
    this.#rules.onFailed(attempt.pathway);
    this.#hedge('error');
    this.#settle();
  }

  /** Asks elsewhere after a jitter; false when the budget does not allow it now. */
  #hedge(why: HedgeWhy): boolean {
    const isAlone = this.#rules.next(this.#tried) === null;
    if (isAlone && (why !== 'error' || this.#again >= AGAIN.most || !this.#rules.isLearning())) return true;
    if (!this.#rules.allow(why)) return false;
    this.#waiting += 1;
    this.#later(this.#rules.jitterMs() + (isAlone ? AGAIN.afterMs : 0), () => {
      this.#waiting -= 1;
      if (this.#rules.next(this.#tried) === null && isAlone) this.#askAgain();
      else this.#askNext(why);
    });
    return true;
  }

  /** The newest is late: asks who was not asked, or once more who failed. False when the budget does not allow it now. */
  #doubt(): boolean {
    if (this.#rules.next(this.#tried) !== null) return this.#hedge('late');
    const running = this.#attempts.filter(({ state }) => state === 'running');
    if (this.#askedAgain || running.length === this.#attempts.length) return true;
    if (!this.#rules.allow('error')) return false;
    this.#askedAgain = true;
    this.#tried.clear();
    for (const { pathway } of running) this.#tried.add(pathway.name);
    this.#askNext('error');
    return true;
  }

  #doubtAfter(delayMs: number): void {
    this.#later(delayMs, () => {
      if (!this.#doubt()) this.#doubtAfter(HELD_BACK_MS);
    });
  }

  /** Nobody else is known yet: the first may do better this time. */
  #askAgain(): void {
    this.#again += 1;
    this.#tried.clear();
    this.ask(this.#attempts[0]!.pathway);
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
    const { pathway, hedge } = attempt;
    const doubts = this.#attempts.filter((one) => one.hedge?.why === 'late' && one.hedge.from === pathway);
    const rival = doubts.find(({ state }) => state === 'running') ?? null;
    this.#finish(rival);
    const text = this.#rules.deliver(answer);
    if (attempt === this.#attempts[0]) this.#rules.onAnswered(this.#io.nowMs() - attempt.startedMs);
    this.#rules.onWon(pathway, hedge);
    if (rival !== null) this.#compare(attempt, rival);
    else if (doubts.length > 0) this.#rules.onWasted();
    this.#options.events.onAnswer(answer, { pathway, text });
  }

  /** Lets the other one go on until it is no faster than the late answer was: else its pathway is the better one. */
  #compare(late: Attempt<A>, attempt: Attempt<A>): void {
    const nowMs = this.#io.nowMs();
    const tookMs = nowMs - late.startedMs - this.#options.dueMs;
    const leftMs = tookMs * FASTER - (nowMs - attempt.startedMs);
    const end = (isFaster: boolean | null): void => {
      stop();
      this.#rival = null;
      attempt.state = 'over';
      attempt.sending?.cancel();
      this.#rules.ended();
      if (isFaster) this.#rules.onWon(attempt.pathway, attempt.hedge);
      else if (isFaster === false) this.#rules.onWasted();
    };
    const stop = this.#io.after(Math.max(0, leftMs), () => end(false));
    this.#rival = { attempt, end };
  }

  /** When nothing more can come: an old answer is better than none, a failure is better than the end of an earlier show. */
  #settle(): void {
    if (this.#done || this.#waiting > 0) return;
    if (this.#attempts.some(({ state }) => state === 'running')) {
      // The one that runs was late before the newest was asked, and is not looked at any more.
      if (this.#attempts.at(-1)!.state === 'over') this.#doubtAfter(this.#rules.slackMs());
      return;
    }
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
    const isPast = poor?.freshness === 'past';
    if (this.#failure !== null && (poor === null || isPast)) this.#options.events.onFailure(this.#failure.of);
    else if (poor !== null) {
      this.#options.events.onAnswer(poor.answer, { pathway, text: this.#rules.deliver(poor.answer) });
    }
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#io.after(delayMs, () => {
      this.#timers.delete(cancel);
      if (!this.#done) run();
    });
    this.#timers.add(cancel);
  }

  /** Gives up all but one. */
  #finish(spared: Attempt<A> | null = null): void {
    if (this.#done) return;
    this.#done = true;
    if (spared === null) this.#rules.ended();
    for (; this.#waiting > 0; this.#waiting -= 1) this.#rules.onSpared();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const attempt of this.#attempts)
      if (attempt.state === 'running' && attempt !== spared) attempt.sending?.cancel();
  }
}
