import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Builds the player page from `templates/player` into `outDir`: watch.html, assets/player.js (with hls.js in it) and
 * assets/player.css. The page loads nothing from anywhere else.
 */
export async function buildPlayer(root: string, outDir: string): Promise<void> {
  const from = join(root, 'templates/player');
  await mkdir(outDir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(from, 'main.ts'), out: 'assets/player' },
      { in: join(from, 'player.css'), out: 'assets/player' },
    ],
    outdir: outDir,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2020', 'safari15'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await copyFile(join(from, 'watch.html'), join(outDir, 'watch.html'));
}
