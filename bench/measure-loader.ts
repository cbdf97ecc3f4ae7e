/**
 * What a viewer sees when a region is lost under the player page in Chromium: how long each frame stood, at random phases of
 * the segment. Two light edges in processes of their own, without encoders, so that the machine is the browser's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startBrowser } from '../test/support/browser.ts';
import { readFigures, waitForState } from '../test/support/page-figures.ts';
import {
  type RegionEdges,
  type RegionEdgesOptions,
  type RegionLoss,
  startRegionEdges,
} from '../test/support/region-edges.ts';
import { type FrameGaps, takeGaps, watchGaps } from '../test/support/watch-gaps.ts';
import { atMost, type Figure } from './figure.ts';
import { quantile } from './statistics.ts';

const ADDRESSES = ['127.1.201.1', '127.1.202.1'] as const;
const LOSSES: readonly RegionLoss[] = ['kill', 'stop', 'old-200', 'held-200', 'held-503'];
const WAYS: readonly (RegionEdgesOptions & { readonly name: string })[] = [
  { name: 'no delay' },
  { name: '80 ms round trip, TLS', delayMs: 80, tls: true },
];
const SEGMENT_MS = 2000;
const AFTER_MS = 2500;
const SETTLE_MS = 4000;
/** One run in so many waits for the way back, which takes 5 to 15 s. */
const BACK_EVERY = 4;

interface Run {
  readonly away: FrameGaps;
  readonly back: FrameGaps | null;
  /** From the loss until the other region was in use. */
  readonly switchMs: number;
  readonly errors: number;
}

export interface LoaderBench {
  /** Runs of each loss over each way. */
  readonly runs: number;
  say(line: string): void;
}

export async function measureLoader({ runs, say }: LoaderBench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const way of WAYS) {
    const edges = await startRegionEdges(ADDRESSES, way);
    const browser = await startBrowser();
    try {
      for (const loss of LOSSES) {
        say(`a region is lost under the player page: ${loss}, ${way.name}, ${runs} runs`);
        const seen: Run[] = [];
        for (let at = 0; at < runs; at += 1) {
          const page = await browser.open(edges.us.watchUrl, { width: 480, height: 360 });
          seen.push(await loseRegion(page, edges, { loss, back: at % BACK_EVERY === 0 }));
          await page.close();
        }
        figures.push(...figuresOf(`${loss}, ${way.name}`, seen));
      }
    } finally {
      await browser.close();
      await edges.close();
    }
  }
  return figures;
}

async function loseRegion(
  page: Page,
  edges: RegionEdges,
  { loss, back }: { readonly loss: RegionLoss; readonly back: boolean },
): Promise<Run> {
  await waitForState(page, 'live');
  await sleep(SETTLE_MS + Math.random() * SEGMENT_MS);
  await watchGaps(page);
  await page.waitForFunction('window.gapWatch.frames > 30');
  await takeGaps(page);
  const lostAtMs = Date.now();
  await edges.us.lose(loss);
  await page.waitForFunction('window.streamctl.node === "eu-1"', undefined, { timeout: 10_000 });
  await sleep(AFTER_MS);
  const away = await takeGaps(page);
  const { switchedAtMs, errors } = await readFigures(page);
  await edges.us.heal();
  const switchMs = (switchedAtMs ?? Number.NaN) - lostAtMs;
  return { away, back: back ? await wayBack(page) : null, switchMs, errors };
}

async function wayBack(page: Page): Promise<FrameGaps> {
  await page.waitForFunction('window.streamctl.node === "us-1"', undefined, { timeout: 30_000 });
  await sleep(AFTER_MS);
  return await takeGaps(page);
}

function figuresOf(name: string, runs: readonly Run[]): Figure[] {
  const none = atMost(0);
  const gaps = runs.filter(({ away }) => away.visible.length > 0).length;
  const worstMs = Math.max(...runs.map(({ away }) => away.worstMs));
  const leastSec = Math.min(...runs.map(({ away }) => away.leastBufferSec));
  const switches = runs.map(({ switchMs }) => switchMs);
  const errors = runs.reduce((sum, each) => sum + each.errors, 0);
  const backs = runs.flatMap(({ back }) => back ?? []);
  const backGaps = backs.filter(({ visible }) => visible.length > 0).length;
  const ms = (value: number | null): string => `${Math.round(value ?? Number.NaN)} ms`;
  return [
    {
      name: `${name}: runs with a frame gap over 200 ms`,
      unit: '',
      value: gaps,
      must: none,
      aim: none,
      detail:
        `of ${runs.length}; worst frame ${ms(worstMs)}, least buffer ${leastSec.toFixed(2)} s, moved after ` +
        `${ms(quantile(switches, 0.5))}, at worst ${ms(Math.max(...switches))}; ${errors} hls.js errors`,
    },
    {
      name: `${name}: the same on the way back`,
      unit: '',
      value: backs.length === 0 ? null : backGaps,
      must: none,
      aim: none,
      detail: `of ${backs.length}; worst frame ${ms(Math.max(0, ...backs.map((each) => each.worstMs)))}`,
    },
  ];
}
