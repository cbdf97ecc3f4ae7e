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
import { type FrameGaps, takeGaps } from '../test/support/watch-gaps.ts';
import { endWith } from './end-with.ts';
import { atMost, type Figure } from './figure.ts';
import { countGaps, type LossRun, playSeries, settle, wordRuns } from './region-loss-runs.ts';

const ADDRESSES = ['127.1.201.1', '127.1.202.1'] as const;
const LOSSES: readonly RegionLoss[] = ['kill', 'stop', 'old-200', 'held-200', 'held-503'];
const WAYS: readonly (RegionEdgesOptions & { readonly name: string })[] = [
  { name: 'no delay' },
  { name: '80 ms round trip, TLS', delayMs: 80, tls: true },
];
const AFTER_MS = 2500;
/** One run in so many waits for the way back, which takes 5 to 15 s. */
const BACK_EVERY = 10;

interface Run extends LossRun {
  readonly back: FrameGaps | null;
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
    const close = async (): Promise<void> => {
      await browser.close();
      await edges.close();
    };
    await endWith(close, async () => {
      for (const loss of LOSSES) {
        const seen = await playSeries({
          name: `${loss}, ${way.name}`,
          ...{ runs, say },
          heal: () => edges.us.heal(),
          play: async (at): Promise<Run> => {
            const page = await browser.open(edges.us.watchUrl, { width: 480, height: 360 });
            const back = at % BACK_EVERY === 1;
            return await loseRegion(page, edges, { loss, back }).finally(() => page.close());
          },
        });
        figures.push(...figuresOf(`${loss}, ${way.name}`, seen));
      }
    });
  }
  return figures;
}

async function loseRegion(
  page: Page,
  edges: RegionEdges,
  { loss, back }: { readonly loss: RegionLoss; readonly back: boolean },
): Promise<Run> {
  await waitForState(page, 'live');
  await page.waitForFunction('window.streamctl.node === "us-1" && window.streamctl.bufferSec > 0.8');
  await settle(page);
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
  const backs = runs.flatMap(({ back }) => back ?? []);
  const backGaps = backs.filter(({ visible }) => visible.length > 0).length;
  const worstBackMs = Math.round(Math.max(0, ...backs.map((each) => each.worstMs)));
  return [
    {
      name: `${name}: runs with a frame gap over 200 ms`,
      unit: '',
      value: runs.length === 0 ? null : countGaps(runs).gaps,
      must: none,
      aim: none,
      detail: wordRuns(runs),
    },
    {
      name: `${name}: the same on the way back`,
      unit: '',
      value: backs.length === 0 ? null : backGaps,
      must: none,
      aim: none,
      detail: `of ${backs.length}; worst frame ${worstBackMs} ms`,
    },
  ];
}
