/** A real Chromium with the player page, frame by frame: the longest time between two frames is what it tells. */
import { formatCount } from '../../health/format-count.ts';
import type { Finding } from '../drill-result.ts';
import { type BrowserPage, openPage } from './devtools.ts';
import type { Witness } from './witness.ts';

export interface BrowserWitnessOptions {
  readonly chromium: string;
  /** Player page. */
  readonly url: string;
  readonly region: string;
  readonly nowMs: () => number;
}

/** What the script in the page keeps: Unix milliseconds. */
export interface FrameLog {
  readonly frames: number;
  readonly lastMs: number | null;
  /** Pauses longer than a tenth of a second: when the last frame before was shown, and how long none was. */
  readonly gaps: readonly (readonly [fromMs: number, lengthMs: number])[];
}

/** A pause that a person sees. */
export const VISIBLE_GAP_MS = 200;
/** Before the fault no visible pause for so long. */
const CALM_MS = 4_000;

/** Pauses up to this are not kept: frames of 25 a second are 40 ms apart, and come a little early or late. */
const NOTED_MS = 100;

const SCRIPT = `(() => {
  const seen = { frames: 0, lastMs: null, gaps: [] };
  globalThis.__frames = seen;
  const watch = (video) => {
    const onFrame = (now) => {
      const at = performance.timeOrigin + now;
      if (seen.lastMs !== null && at - seen.lastMs > ${NOTED_MS}) seen.gaps.push([seen.lastMs, at - seen.lastMs]);
      seen.lastMs = at;
      seen.frames += 1;
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  };
  const timer = setInterval(() => {
    const video = document.querySelector('video');
    if (video === null) return;
    clearInterval(timer);
    watch(video);
  }, 20);
})()`;

/** Creates the witness; it starts Chromium when it is told to. */
export function createBrowserWitness({ chromium, url, region, nowMs }: BrowserWitnessOptions): Witness {
  let page: BrowserPage | null = null;
  const load = async (): Promise<FrameLog | null> =>
    (await page?.evaluate<FrameLog | null>('globalThis.__frames ?? null').catch(() => null)) ?? null;
  return {
    start: async () => {
      page = await openPage(chromium, url, SCRIPT);
    },
    unsteady: async () => judgeCalm(await load(), nowMs()),
    saw: async (sinceMs) => {
      const log = await load();
      const { worstMs, visible } = judgeGaps(log, sinceMs, nowMs());
      const words = log === null ? 'its page does not answer' : wordPauses(visible, worstMs);
      return { findings: [wordFinding(worstMs)], words: `Chromium in ${region}: ${words}` };
    },
    close: async () => await page?.close(),
  };
}

function wordPauses(visible: number, worstMs: number): string {
  if (worstMs <= NOTED_MS) return `no pause longer than ${NOTED_MS} ms`;
  const count = visible === 0 ? 'no visible pause' : formatCount(visible, 'visible pause');
  return `${count}, the longest ${Math.round(worstMs)} ms`;
}

/** What keeps a browser from being steady, in words; null when it plays without visible pauses. */
export function judgeCalm(log: FrameLog | null, nowMs: number): string | null {
  if (log === null || log.lastMs === null) return 'Chromium shows no picture yet';
  const { visible } = judgeGaps(log, nowMs - CALM_MS, nowMs);
  if (visible > 0) return `Chromium paused visibly during the last ${CALM_MS / 1000} s`;
  return log.frames < 10 ? 'Chromium has only just begun' : null;
}

/** The longest pause that ended after a time, or goes on (NOTED_MS if none was longer), and how many a person sees. */
export function judgeGaps(
  log: FrameLog | null,
  sinceMs: number,
  nowMs: number,
): { readonly worstMs: number; readonly visible: number } {
  if (log === null || log.lastMs === null) return { worstMs: nowMs - sinceMs, visible: 1 };
  const ended = log.gaps.flatMap(([fromMs, ms]) => (fromMs + ms > sinceMs ? [ms] : []));
  const lengths = [NOTED_MS, ...ended, nowMs - log.lastMs];
  return {
    worstMs: Math.max(...lengths),
    visible: lengths.filter((ms) => ms > VISIBLE_GAP_MS).length,
  };
}

function wordFinding(worstMs: number): Finding {
  const value = Math.round(worstMs);
  const limit = { must: VISIBLE_GAP_MS, aim: VISIBLE_GAP_MS };
  const result = value <= VISIBLE_GAP_MS ? 'aim' : 'miss';
  return { name: 'longest pause in Chromium', unit: 'ms', value, ...limit, result };
}
