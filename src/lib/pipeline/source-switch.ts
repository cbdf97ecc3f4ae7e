/**
 * Chooses which region's session is read, and goes from one to the other. No I/O; time is an argument.
 *
 * The oldest session that delivers is active; the others are in reserve, with their last tags at hand. Every replica
 * goes by this rule alone, so that all of them read the same without a word between them. It changes when the active
 * one is cut or brings no picture for 0.3 s while a reserve does (0.15 s when that brings the same media, which costs
 * nothing), or is black or silent (as its ingest node says among the media) while a reserve is seen not to be; and back to
 * an older one when that has delivered for RETURN_MS without a break. One that never failed is returned to at once (a
 * replica that starts hears the regions one after the other).
 *
 * Invariant: what is given on is in order, track by track, and nothing twice. When the new one brings the very tags
 * that were fed last (one encoder, or a relay, that sends to both), it goes on right behind them, and whoever listens
 * hears of no new start. Otherwise it begins anew at the reserve's key frame.
 */
import type { FlvTag } from '../media/flv.ts';
import type { ContributionStart } from './contribution-client.ts';
import { FedLog, isAt, isEqual } from './fed-log.ts';
import { type LineTag, SourceLine } from './source-line.ts';

export interface SourceListener {
  /** Other media begins, or the same again with a hole: what came before is over. */
  onStart(start: ContributionStart): void;
  /** Timestamps are of the session that `onStart` named last. */
  onTag(tag: FlvTag): void;
  /** Another session is read from now on; `isSame`: its media goes on where the last one's stopped. */
  onChange(start: ContributionStart, isSame: boolean): void;
  /** The session that is read was cut, and no other delivers. `hasLeft`: its publisher has gone, as its ingest node says. */
  onEnd(hasLeft: boolean): void;
}

/** An older session that failed is read again after so long without a break. */
export const RETURN_MS = 10_000;
/** An answer begins with tags of the past, in several pieces: what a line has is known after so long. */
const REPLAY_MS = 60;
/** Nothing from any region for this share of what counts as silence: this process stood still, or all of them did. */
const STALL_SHARE = 0.8;
/** A reserve whose last picture is not newer by this share of what counts as silence is as silent as the active one. */
const NEWER_SHARE = 0.5;

export class SourceSwitch {
  readonly #listener: SourceListener;
  readonly #lines = new Map<string, SourceLine>();
  readonly #troubledMs = new Map<string, number>();
  readonly #fed = new FedLog();
  readonly #fedHeaders: Partial<Record<LineTag['tag']['type'], FlvTag>> = {};
  #active: SourceLine | null = null;
  /** When anything was heard last. */
  #heardMs = Number.NEGATIVE_INFINITY;
  /** Of the session that the listener heard of last. */
  #baseEpochMs = 0;
  /** After a change: tags of a track up to this time have been fed. */
  #fedUntilMs: Partial<Record<LineTag['tag']['type'], number>> = {};

  constructor(listener: SourceListener) {
    this.#listener = listener;
  }

  /** A place (an ingest node) begins to answer with a session, its own newest. */
  open(place: string, start: ContributionStart, nowMs: number): void {
    const troubledMs = this.#troubledMs.get(place) ?? Number.NEGATIVE_INFINITY;
    this.end(place, nowMs);
    this.#lines.set(place, new SourceLine(start, { nowMs, troubledMs }));
  }

  /** Takes a tag of the answer that a place gives. */
  take(place: string, tag: FlvTag, nowMs: number): void {
    const line = this.#lines.get(place);
    if (line === undefined) return;
    this.#excuseStall(line, nowMs);
    const placed = line.take(tag, nowMs);
    if (line === this.#active) {
      if (placed !== null) this.#feed(placed);
      else if (tag === line.metadata) this.#listener.onTag(tag);
    }
    // What says that a session delivers is media, and a picture if it has any.
    if (placed !== null) this.#choose(nowMs);
  }

  /** The answer of a place ended; `hasLeft`: because its publisher has. */
  end(place: string, nowMs: number, hasLeft = false): void {
    const line = this.#lines.get(place);
    if (line === undefined) return;
    line.isOpen = false;
    this.#lines.delete(place);
    this.#troubledMs.set(place, nowMs);
    this.#choose(nowMs);
    if (line === this.#active) this.#listener.onEnd(hasLeft);
  }

  /** Nobody was heard for so long that it was we who did not listen: who spoke before has not been silent since. */
  #excuseStall(speaker: SourceLine, nowMs: number): void {
    const heardMs = this.#heardMs;
    this.#heardMs = nowMs;
    if (nowMs - heardMs < speaker.silenceMs * STALL_SHARE) return;
    for (const line of this.#lines.values()) if (line.delivers(heardMs)) line.lastMediaMs = nowMs;
  }

  #choose(nowMs: number): void {
    const active = this.#active;
    const best = [...this.#lines]
      .filter(([, line]) => line !== active && this.#mayTakeOver(line, nowMs))
      .sort(([a, one], [b, other]) => inOrder(one, other) || (a < b ? -1 : 1))[0];
    if (best === undefined) return;
    if (active?.isLate(nowMs)) active.troubledMs = nowMs;
    this.#change(best[1]);
  }

  /** Whether a line may be read in place of the active one. */
  #mayTakeOver(line: SourceLine, nowMs: number): boolean {
    const active = this.#active;
    if (!line.delivers(nowMs)) return false;
    if (active === null) return true;
    // Of another clock than what was read, it cannot be what goes on: nothing has to be known of it.
    if (!active.isOpen && line.start.epochMs !== active.start.epochMs) return true;
    if (nowMs - line.openedMs < REPLAY_MS) return false;
    if (!active.isOpen) return true;
    if (active.delivers(nowMs)) {
      if (active.isUnfit && line.fitness.state === 'fit') return true;
      if (active.isLate(nowMs) && !line.isLate(nowMs)) return this.#fed.isContinuedBy(line);
      const isOlder = line.start.sessionId < active.start.sessionId;
      return isOlder && line.isSound && nowMs - line.troubledMs >= RETURN_MS;
    }
    const isNewer = line.lastMediaMs - active.lastMediaMs > active.silenceMs * NEWER_SHARE;
    return isNewer && (line.hasVideo || !active.hasVideo);
  }

  #change(line: SourceLine): void {
    const isSame = this.#fed.isContinuedBy(line);
    this.#active = line;
    if (isSame) this.#goOn(line);
    else this.#begin(line);
    this.#listener.onChange(line.start, isSame);
  }

  #goOn(line: SourceLine): void {
    for (const type of ['video', 'audio'] as const) {
      const last = this.#fed.last(type);
      if (last !== null) this.#fedUntilMs[type] = last.atMs;
    }
    for (const placed of line.tags) this.#feed(placed);
  }

  #begin(line: SourceLine): void {
    const lastMs = this.#fed.last('video')?.atMs ?? Number.NEGATIVE_INFINITY;
    this.#fed.clear();
    this.#fedUntilMs = {};
    this.#baseEpochMs = line.start.epochMs;
    this.#listener.onStart(line.start);
    for (const type of ['video', 'audio'] as const) delete this.#fedHeaders[type];
    if (line.metadata !== null) this.#listener.onTag(line.metadata);
    for (const placed of line.tagsToBeginWith(lastMs)) this.#feed(placed);
  }

  #feed(placed: LineTag): void {
    const { tag, header, atMs } = placed;
    const untilMs = this.#fedUntilMs[tag.type];
    if (untilMs !== undefined) {
      if (atMs < untilMs || isAt(placed, untilMs)) return;
      delete this.#fedUntilMs[tag.type];
    }
    const timestampMs = Math.round(atMs - this.#baseEpochMs) >>> 0;
    if (header !== null && !isEqual(header, this.#fedHeaders[tag.type] ?? null)) {
      this.#fedHeaders[tag.type] = header;
      this.#listener.onTag({ ...header, timestampMs });
    }
    this.#fed.add(placed);
    this.#listener.onTag(timestampMs === tag.timestampMs ? tag : { ...tag, timestampMs });
  }
}

/** What is black or silent last, then the oldest first. */
function inOrder(one: SourceLine, other: SourceLine): number {
  return Number(one.isUnfit) - Number(other.isUnfit) || one.start.sessionId - other.start.sessionId;
}
