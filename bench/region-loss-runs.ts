/** What runs of losing a region under a player have in common: when to lose it, and how to tell what was seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type FrameGaps, takeGaps, watchGaps } from '../test/support/watch-gaps.ts';
import { quantile } from './statistics.ts';

/** What one run saw. */
export interface LossRun {
  readonly away: FrameGaps;
  /** From the loss until the other region was played from. */
  readonly switchMs: number;
  /** Of hls.js. */
  readonly errors: number;
  /** What else there is to say of it. */
  readonly words?: string;
}

const SEGMENT_MS = 2000;

/** Begins to watch the frames of a page that plays, up to a random phase of the segment. */
export async function settle(page: Page): Promise<void> {
  await watchGaps(page);
  await sleep(Math.random() * SEGMENT_MS);
  await page.waitForFunction('window.gapWatch.frames > 30');
  await takeGaps(page);
}

export interface RunSeries<R extends LossRun> {
  readonly name: string;
  readonly runs: number;
  /** Opens a player, loses the region and brings it back. */
  play(at: number): Promise<R>;
  /** Brings the region back whatever it was. */
  heal(): Promise<void>;
  say(line: string): void;
}

/** Makes all runs and tells of each as it ends. One that cannot be made (a page that never played) is left out, and said. */
export async function playSeries<R extends LossRun>(series: RunSeries<R>): Promise<R[]> {
  const { name, runs, say } = series;
  const seen: R[] = [];
  for (let at = 1; at <= runs; at += 1) {
    try {
      const run = await series.play(at);
      say(`${name}, ${at}/${runs}: ${wordRun(run)}`);
      seen.push(run);
    } catch (error) {
      say(`${name}, ${at}/${runs}: could not be made, ${String(error).split('\n')[0]}`);
      await series.heal();
    }
  }
  return seen;
}

export const hasGap = ({ away }: LossRun): boolean => away.visible.length > 0;

/**
 * Runs with a gap, and of those the ones in which the player had run dry: where media was left it was the browser that showed
 * nothing, for want of a processor or, with hls.js alone, at the seam.
 */
export function countGaps(runs: readonly LossRun[]): { readonly gaps: number; readonly dry: number } {
  const dry = runs.filter(({ away }) => away.visible.some(({ leftSec }) => leftSec <= 0)).length;
  return { gaps: runs.filter(hasGap).length, dry };
}

/** One line for a run as it ends. */
function wordRun({ away, switchMs, errors, words }: LossRun): string {
  const gaps = away.visible.map(({ ms, leftSec }) => `gap of ${ms} ms with ${leftSec.toFixed(2)} s left`);
  const seen = gaps.length === 0 ? `no gap, worst frame ${Math.round(away.worstMs)} ms` : gaps.join(', ');
  const least = `least buffer ${away.leastBufferSec.toFixed(2)} s`;
  return `${seen} · ${least} · moved after ${Math.round(switchMs)} ms · ${errors} hls.js errors${words === undefined ? '' : ` (${words})`}`;
}

/** What all runs saw, as a figure's detail. */
export function wordRuns(runs: readonly LossRun[]): string {
  const ms = (value: number | null): string => `${Math.round(value ?? Number.NaN)} ms`;
  const worst = runs.map(({ away }) => away.worstMs);
  const switches = runs.map(({ switchMs }) => switchMs);
  const leastSec = Math.min(...runs.map(({ away }) => away.leastBufferSec));
  const { gaps, dry } = countGaps(runs);
  return (
    `of ${runs.length}, ${gaps} with a gap, ${dry} of them dry; worst frame median ${ms(quantile(worst, 0.5))}, ` +
    `worst ${ms(Math.max(...worst))}; least buffer ${leastSec.toFixed(2)} s; moved after ${ms(quantile(switches, 0.5))}, ` +
    `at worst ${ms(Math.max(...switches))}; ${runs.reduce((sum, each) => sum + each.errors, 0)} hls.js errors`
  );
}
