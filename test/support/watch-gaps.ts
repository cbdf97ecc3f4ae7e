import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';

/** A frame that stood for too long. */
export interface VisibleGap {
  readonly ms: number;
  readonly mediaTime: number;
  /**
   * Seconds of media that would have been left after it, had it been played. With some left the player had what it needed:
   * it was the browser that showed nothing, for want of a processor or at a seam.
   */
  readonly leftSec: number;
}

/** How the frames of a page's video followed one another. */
export interface FrameGaps {
  frames: number;
  /** Longest time for which a frame stood. */
  worstMs: number;
  /** Frames that stood for more than 200 ms. */
  readonly visible: VisibleGap[];
  leastBufferSec: number;
}

let script: Promise<string> | null = null;

/** Starts to watch the frames of a page's video. */
export async function watchGaps(page: Page): Promise<void> {
  script ??= buildScript();
  await page.evaluate(await script);
}

async function buildScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../browser/page/gap-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
  });
  return outputFiles[0]!.text;
}

/** Takes what was seen since the last time. */
export async function takeGaps(page: Page): Promise<FrameGaps> {
  const taken = `(() => {
    const now = window.gapWatch;
    const taken = { ...now, visible: now.visible.splice(0) };
    Object.assign(now, { frames: 0, worstMs: 0, leastBufferSec: Infinity });
    return taken;
  })()`;
  return (await page.evaluate(taken)) as FrameGaps;
}
