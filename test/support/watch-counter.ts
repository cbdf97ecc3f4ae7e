import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { ShownFrame } from './shown-frame.ts';

/** Starts to read the burnt-in counter of a page's video. */
export async function watchCounter(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../browser/page/counter-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
  });
  await page.evaluate(outputFiles[0]!.text);
}

/** Takes the frames seen since the last time. */
export async function takeShownFrames(page: Page): Promise<ShownFrame[]> {
  return (await page.evaluate('window.counterWatch.splice(0)')) as ShownFrame[];
}
