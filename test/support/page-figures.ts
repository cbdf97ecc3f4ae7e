import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What the tests read of the page's figures. */
export interface PageFigures {
  readonly state: string;
  readonly behindLiveSec: number | null;
  readonly targetSec: number | null;
  readonly totalFrames: number;
  readonly stalls: number;
  readonly startupMs: number | null;
  readonly region: string | null;
  readonly errors: number;
  readonly lastError: string | null;
  readonly hedges: number;
  readonly switches: number;
  readonly returns: number;
  readonly switchedAtMs: number | null;
  readonly native: boolean;
}

/** Reads the figures of a player page. */
export function readFigures(page: Page): Promise<PageFigures> {
  return page.evaluate('window.streamctl');
}

/** Waits until the page says a state; fails with the figures at the end. */
export async function waitForState(page: Page, state: string, timeout = 20_000): Promise<void> {
  await page
    .waitForFunction(`window.streamctl?.state === ${JSON.stringify(state)}`, undefined, {
      timeout,
      polling: 50,
    })
    .catch(async () => assert.fail(`never "${state}": ${JSON.stringify(await readFigures(page))}`));
}
