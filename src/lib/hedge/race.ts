/** What a request that is asked at several pathways is made of, and what it asks of the player that it belongs to. */
import type { HedgeWhy } from './hedge-event.ts';
import type { Answer, Send, Sending } from './hedge-io.ts';
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

/** What the race asks of the player that it belongs to. */
export interface RaceRules {
  /** How long over its time an answer may be, milliseconds. */
  slackMs(): number;
  jitterMs(): number;
  /** Takes a hedge from the budget. */
  allow(why: HedgeWhy): boolean;
  next(tried: ReadonlySet<string>): Pathway | null;
  /** Whether other pathways may become known at any moment: the player has just begun. */
  isLearning(): boolean;
  judge(answer: Answer): Judgement;
  /** The playlist as the player is to see it. */
  deliver(answer: Answer): string | null;
  onHedge(hedge: Hedge & { readonly to: Pathway }, afterMs: number): void;
  onFailed(pathway: Pathway): void;
  /** The one that was asked first answered well, after so long; milliseconds. */
  onAnswered(afterMs: number): void;
  /** A hedge that the budget allowed was not needed after all, and never sent. */
  onSpared(): void;
  /** `hedge` is null when the winner was asked without any trouble of another. */
  onWon(pathway: Pathway, hedge: Hedge | null): void;
  /** The late one was the first to answer after all, and the other one is no faster: it need not have been doubted. */
  onWasted(): void;
  /** Answered, failed or given up, and nothing is compared any more. */
  ended(): void;
}

export interface Attempt<A> {
  readonly pathway: Pathway;
  readonly hedge: Hedge | null;
  readonly startedMs: number;
  sending: Sending | null;
  state: 'running' | 'over';
  seen: number;
  /** One that is not what was asked for. */
  poor: (Judgement & { readonly answer: A }) | null;
}

/** The one that is still asked after a late answer came first. */
export interface Rival {
  readonly attempt: unknown;
  /** Null: nobody wants to know any more. */
  end(isFaster: boolean | null): void;
}

export interface RaceOptions<A extends Answer, F> {
  /** Below the base of every pathway. */
  readonly path: string;
  /** How long the server may rightly take, milliseconds. */
  readonly dueMs: number;
  /** When it failed everywhere, everybody is asked again after the slack. (Where one hangs, who failed is asked again anyway.) */
  readonly twice: boolean;
  readonly send: Send<A, F>;
  readonly events: RequestEvents<A, F>;
}
