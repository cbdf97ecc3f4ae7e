/** The source's frame rate as a fraction, so that replicas hand the encoder the very same number. */

export interface FrameRate {
  readonly num: number;
  readonly den: number;
}

const WHOLE: readonly FrameRate[] = [5, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120].map((num) => ({
  num,
  den: 1,
}));
const NTSC: readonly FrameRate[] = [24, 30, 60].map((fps) => ({ num: fps * 1000, den: 1001 }));
const SNAP_RATIO = 0.0005;
const GUESS_SNAP_RATIO = 0.06;

/** Returns the usual rate within 0.05 % of fps, else fps in thousandths; null outside 1 to 240. */
export function snapFrameRate(fps: number): FrameRate | null {
  if (!(fps >= 1 && fps <= 240)) return null;
  const near = nearest(fps, [...WHOLE, ...NTSC]);
  if (Math.abs(near.num / near.den - fps) <= fps * SNAP_RATIO) return near;
  return { num: Math.round(fps * 1000), den: 1000 };
}

/**
 * Guesses from decode times in milliseconds, 5 or more; null when they make no sense. Whole milliseconds can't tell
 * 29.97 from 30: the whole number is taken.
 */
export function guessFrameRate(timesMs: readonly number[]): FrameRate | null {
  if (timesMs.length < 5) return null;
  const span = (timesMs.at(-1) as number) - (timesMs[0] as number);
  const intervals = timesMs.slice(1).map((time, i) => time - (timesMs[i] as number));
  const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1] as number;
  const mean = span / intervals.length;
  const steady = Math.abs(mean - median) <= 1.5;
  const fps = 1000 / (steady ? mean : median);
  const near = nearest(fps, WHOLE);
  return Math.abs(near.num / near.den - fps) <= fps * GUESS_SNAP_RATIO ? near : snapFrameRate(fps);
}

function nearest(fps: number, rates: readonly FrameRate[]): FrameRate {
  const distance = (rate: FrameRate) => Math.abs(rate.num / rate.den - fps);
  return rates.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best));
}
