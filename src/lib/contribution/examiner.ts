/**
 * Looks at one session: is its picture black, its sound silence? Feeds a process of its own (look-process.ts) with key
 * frames and sound, and says when the verdict changes. Whatever becomes of that process harms nobody: while there is
 * none the verdict is `unknown`, and it is started again, ever more seldom.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type Fitness, UNKNOWN_FITNESS } from '../media/fitness.ts';
import type { FlvTag } from '../media/flv.ts';
import { FitnessJudge, type FitnessLimits } from '../media/judge-fitness.ts';
import { type LookOptions, type LookProcess, startLook } from './look-process.ts';

export interface ExaminerOptions {
  readonly limits: FitnessLimits;
  /** The newest metadata and decoder configurations. */
  headers(): readonly FlvTag[];
  readonly clock: Clock;
  readonly log: Logger;
  onFitness(fitness: Fitness): void;
  readonly start?: (options: LookOptions) => LookProcess;
}

/** Sound that stops coming while pictures do is silence after so long. */
const SOUND_GONE_MS = 1000;
/** Pauses before the process is started again. */
const PAUSE_MS = { first: 1000, most: 60_000 };
/** One that lived so long was well. */
const STEADY_MS = 30_000;

export class Examiner {
  fitness: Fitness = UNKNOWN_FITNESS;
  readonly #options: ExaminerOptions;
  #judge: FitnessJudge;
  #look: LookProcess | null = null;
  #startedMs = 0;
  #notBeforeMs = 0;
  #pauseMs = PAUSE_MS.first;
  #lastSoundMs: number | null = null;
  #closed = false;

  constructor(options: ExaminerOptions) {
    this.#options = options;
    this.#judge = new FitnessJudge(options.limits);
  }

  /** Takes the session's next tag; whatever it does not need costs nothing. */
  take(tag: FlvTag): void {
    if (this.#closed || tag.type === 'script') return;
    const nowMs = this.#options.clock.nowMs();
    const { blackSec, silenceSec } = this.#options.limits;
    if (tag.isSequenceHeader) {
      this.#end();
      return;
    }
    if (tag.type === 'audio') {
      if (this.#lastSoundMs === null) this.#end();
      this.#lastSoundMs = nowMs;
      if (silenceSec > 0) this.#feed(tag, nowMs);
      return;
    }
    const isGone = this.#lastSoundMs !== null && nowMs - this.#lastSoundMs > SOUND_GONE_MS;
    if (isGone && this.#look !== null) this.#judge.takeSound(true, nowMs);
    if (tag.isKeyFrame && blackSec > 0) this.#feed(tag, nowMs);
    this.#tell(nowMs);
  }

  close(): void {
    this.#closed = true;
    this.#look?.close();
  }

  #feed(tag: FlvTag, nowMs: number): void {
    const starts = tag.type === 'video' || this.#options.limits.blackSec <= 0;
    if (this.#look === null && starts && nowMs >= this.#notBeforeMs) this.#start(nowMs);
    this.#look?.feed(tag, nowMs);
  }

  #start(nowMs: number): void {
    const { limits, headers, log, start = startLook } = this.#options;
    const judge = new FitnessJudge(limits);
    this.#judge = judge;
    this.#startedMs = nowMs;
    this.#look = start({
      tracks: { video: limits.blackSec > 0, audio: limits.silenceSec > 0 && this.#lastSoundMs !== null },
      headers: headers(),
      onPicture: (isBlack, arrivedMs) => {
        judge.takePicture(isBlack, arrivedMs);
        this.#tell(this.#options.clock.nowMs());
      },
      onSound: (isSilent, arrivedMs) => judge.takeSound(isSilent, arrivedMs),
      onEnd: (words) => {
        log.warn({ words }, 'the look at picture and sound ended');
        this.#lost();
      },
    });
  }

  /** It ended by itself. */
  #lost(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#startedMs > STEADY_MS) this.#pauseMs = PAUSE_MS.first;
    this.#notBeforeMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS.most);
    this.#end();
  }

  /** What it is fed changes: another begins with the next key frame. */
  #end(): void {
    this.#look?.close();
    this.#look = null;
    this.#judge = new FitnessJudge(this.#options.limits);
    this.#tell(this.#options.clock.nowMs());
  }

  #tell(nowMs: number): void {
    const next = this.#judge.judge(nowMs);
    const { state, sinceMs } = this.fitness;
    if (this.#closed || (next.state === state && next.sinceMs === sinceMs)) return;
    this.fitness = next;
    this.#options.onFitness(next);
  }
}
