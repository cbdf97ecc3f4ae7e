import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';

/** How the frames of a page's video followed one another. */
export interface FrameGaps {
  frames: number;
  /** Longest time for which a frame stood. */
  worstMs: number;
  /** Frames that stood for more than 200 ms. */
  readonly visible: { readonly ms: number; readonly mediaTime: number }[];
  leastBufferSec: number;
}

/** Starts to watch the frames of a page's video. */
export async function watchGaps(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../browser/page/gap-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
  });
  await page.evaluate(outputFiles[0]!.text);
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
