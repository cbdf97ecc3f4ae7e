/**
 * What a viewer sees when a region is lost under a page that plays with hls.js alone: its own pathways, content steering as the
 * edges do it (the steering server is lost with the edge), and the settings of `player-config`, with which it plays as near to
 * live as with the loader, or of `player-config --without-loader`. Edges and browser as in measure-loader.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { HLS_CONFIG, type HlsSettings } from '../src/lib/player/hls-config.ts';
import { hlsConfigAlone } from '../src/lib/player/hls-config-alone.ts';
import { startBrowser } from '../test/support/browser.ts';
import { startForeignPage } from '../test/support/foreign-page.ts';
import { type RegionEdges, type RegionLoss, startRegionEdges } from '../test/support/region-edges.ts';
import { takeGaps } from '../test/support/watch-gaps.ts';
import { endWith } from './end-with.ts';
import { atMost, type Figure } from './figure.ts';
import { countGaps, type LossRun, playSeries, settle, wordRuns } from './region-loss-runs.ts';

const ADDRESSES = ['127.1.201.1', '127.1.202.1'] as const;
const PAGE_ADDRESS = '127.1.203.1';
const LOSSES: readonly RegionLoss[] = ['kill', 'stop', 'old-200'];
const STREAM = { partSec: 0.5, targetDurationSec: 2 } as const;
const ALONE = hlsConfigAlone(STREAM);

interface Way {
  readonly name: string;
  readonly settings: HlsSettings;
  /** Seconds in the buffer from which it plays as it should. */
  readonly steadySec: number;
  /** From the move until what was buffered before has been played, and the seam with it. */
  readonly afterMs: number;
  readonly aimPercent: number | null;
}

const WAYS: readonly Way[] = [
  {
    name: 'player-config --without-loader',
    settings: ALONE,
    steadySec: ALONE.liveSyncDuration - 1.2,
    afterMs: 1000 * ALONE.liveSyncDuration + 1000,
    aimPercent: 10,
  },
  { name: 'player-config', settings: HLS_CONFIG, steadySec: 0.8, afterMs: 4000, aimPercent: null },
];
/** A player that shows nothing for so long is counted as one that never will. */
const GIVE_UP_MS = 30_000;

export interface PlainPlayersBench {
  /** Runs of each loss with each settings. */
  readonly runs: number;
  say(line: string): void;
}

export async function measurePlainPlayers({ runs, say }: PlainPlayersBench): Promise<Figure[]> {
  const figures: Figure[] = [];
  const edges = await startRegionEdges(ADDRESSES);
  const browser = await startBrowser();
  const close = async (): Promise<void> => {
    await browser.close();
    await edges.close();
  };
  await endWith(close, async () => {
    for (const way of WAYS) {
      const { us, eu } = edges;
      const options = { edgeUrl: us.baseUrl, otherEdgeUrl: eu.baseUrl, stream: 'test', alone: way.settings };
      const foreign = await startForeignPage(PAGE_ADDRESS, options);
      for (const loss of LOSSES) {
        const seen = await playSeries({
          name: `${way.name}, ${loss}`,
          ...{ runs, say },
          heal: () => edges.us.heal(),
          play: async () => {
            const page = await browser.open(foreign.url, { width: 480, height: 360 });
            return await loseRegion(page, edges, { loss, way }).finally(() => page.close());
          },
        });
        figures.push(figureOf(way, loss, seen));
      }
      await foreign.close();
    }
  });
  return figures;
}

async function loseRegion(
  page: Page,
  edges: RegionEdges,
  { loss, way }: { readonly loss: RegionLoss; readonly way: Way },
): Promise<LossRun> {
  await page.waitForFunction(`window.plain?.bufferSec > ${way.steadySec}`, undefined, { timeout: 60_000 });
  await settle(page);
  const known = (await page.evaluate('window.plain.errors.length')) as number;
  const lostAtMs = Date.now();
  await edges.us.lose(loss);
  const timeout = GIVE_UP_MS;
  const moved = await page
    .waitForFunction(`window.plain.pathway === ${JSON.stringify(edges.eu.baseUrl)}`, undefined, { timeout })
    .then(() => true)
    .catch(() => false);
  await sleep(moved ? way.afterMs : 0);
  const before = await takeGaps(page);
  // A frame that still stands is told of by the next one.
  const shown = await page
    .waitForFunction('window.gapWatch.frames > 15', undefined, { timeout: moved ? timeout : 1 })
    .then(() => true)
    .catch(() => false);
  const after = await takeGaps(page);
  const stuck = { ms: GIVE_UP_MS, mediaTime: Number.NaN, leftSec: -GIVE_UP_MS / 1000 };
  const { switchedAtMs, errors, restarts } = (await page.evaluate(
    `({ ...window.plain, errors: window.plain.errors.slice(${known}) })`,
  )) as { switchedAtMs: number | null; errors: string[]; restarts: number };
  const kinds = [...Map.groupBy(errors, (kind) => kind)].map(([kind, all]) => `${all.length} ${kind}`);
  await edges.us.heal();
  return {
    away: {
      frames: before.frames + after.frames,
      worstMs: Math.max(before.worstMs, after.worstMs, shown ? 0 : GIVE_UP_MS),
      visible: [...before.visible, ...after.visible, ...(shown ? [] : [stuck])],
      leastBufferSec: Math.min(before.leastBufferSec, after.leastBufferSec),
    },
    switchMs: (switchedAtMs ?? Number.NaN) - lostAtMs,
    errors: errors.length,
    words: [...kinds, `${restarts} restarts`].join(', '),
  };
}

function figureOf({ name, aimPercent }: Way, loss: RegionLoss, runs: readonly LossRun[]): Figure {
  const aim = aimPercent === null ? null : atMost(aimPercent);
  return {
    name: `${name}, ${loss}: runs with a frame gap over 200 ms`,
    unit: '%',
    value: runs.length === 0 ? null : (100 * countGaps(runs).gaps) / runs.length,
    must: aim === null ? null : atMost(100),
    aim,
    detail: wordRuns(runs),
  };
}
