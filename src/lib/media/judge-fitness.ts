/** Judges what was seen and heard of a publisher: black for too long, silent for too long. Pure; times come in. */
import { type Fitness, UNKNOWN_FITNESS } from './fitness.ts';

/** Seconds until a publisher counts as black or silent; 0: that is not looked at. */
export interface FitnessLimits {
  readonly blackSec: number;
  readonly silenceSec: number;
}

/** A picture of which so many percent are black is black: there may be a clock or a logo. */
const BLACK_PERCENT = 98;
/** Peak of signed 16-bit samples at -60 dB of full scale; below is silence (as in ffmpeg's silencedetect). */
const SILENCE_PEAK = 33;
/** Arrivals jitter: key frames each 2 s show 2 s of black with the second one. */
const JITTER_MS = 100;
/** A look that is older says nothing; longer than the usual distance of key frames. */
const OLD_MS = 6000;
/** Key frames farther apart than usual: so many of their distances. */
const OLD_KEYS = 2.5;

/** Whether a picture of which so many percent are black counts as black. */
export function isBlackPicture(blackPercent: number): boolean {
  return blackPercent >= BLACK_PERCENT;
}

/** Whether samples (16 bit, little endian, any number of channels) are silence. */
export function isSilence(samples: Buffer): boolean {
  for (let at = 0; at + 1 < samples.length; at += 2)
    if (Math.abs(samples.readInt16LE(at)) > SILENCE_PEAK) return false;
  return true;
}

interface Sense {
  /** When it was last looked at. */
  seenMs: number;
  /** Since when there has been nothing; null while there is something. */
  goneMs: number | null;
}

/** One publish session's picture and sound as looked at so far. Times are Unix milliseconds of arrival. */
export class FitnessJudge {
  readonly #limits: FitnessLimits;
  #picture: Sense | null = null;
  #sound: Sense | null = null;
  #keyIntervalMs = 0;

  constructor(limits: FitnessLimits) {
    this.#limits = limits;
  }

  /** Takes the look at a key frame. */
  takePicture(isBlack: boolean, atMs: number): void {
    if (this.#picture !== null) this.#keyIntervalMs = Math.max(0, atMs - this.#picture.seenMs);
    this.#picture = noted(this.#picture, isBlack, atMs);
  }

  /** Takes a short piece of sound, or that none came. */
  takeSound(isSilent: boolean, atMs: number): void {
    this.#sound = noted(this.#sound, isSilent, atMs);
  }

  /**
   * How fit the publisher is now. What was never seen counts for nothing: an encoder without sound is not silent. When
   * nobody has looked lately nothing is known.
   */
  judge(nowMs: number): Fitness {
    const { blackSec, silenceSec } = this.#limits;
    const picture = blackSec > 0 ? this.#picture : null;
    const sound = silenceSec > 0 ? this.#sound : null;
    const looks = [picture, sound].filter((sense) => sense !== null);
    const isAwaited = blackSec > 0 && picture === null;
    const oldMs = Math.max(OLD_MS, OLD_KEYS * this.#keyIntervalMs);
    if (looks.length === 0 || isAwaited || looks.some(({ seenMs }) => nowMs - seenMs > oldMs))
      return UNKNOWN_FITNESS;
    if (lasts(picture, blackSec)) return { state: 'black', sinceMs: picture!.goneMs };
    if (lasts(sound, silenceSec)) return { state: 'silent', sinceMs: sound!.goneMs };
    const gone = looks.find(({ goneMs }) => goneMs !== null);
    return gone === undefined ? { state: 'fit', sinceMs: null } : { state: 'doubtful', sinceMs: gone.goneMs };
  }
}

function noted(before: Sense | null, isGone: boolean, atMs: number): Sense {
  return { seenMs: atMs, goneMs: isGone ? (before?.goneMs ?? atMs) : null };
}

function lasts(sense: Sense | null, limitSec: number): boolean {
  if (sense === null || sense.goneMs === null) return false;
  return sense.seenMs - sense.goneMs >= limitSec * 1000 - JITTER_MS;
}
