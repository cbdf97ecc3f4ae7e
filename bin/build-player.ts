import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const COMMON = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const;

/**
 * Builds the player page from `templates/player` into `outDir`: watch.html, assets/player.js (with hls.js in it) and
 * assets/player.css. The page loads nothing from anywhere else. Beside them assets/hedged-loader.js, an ES module for
 * pages of others, which bring hls.js themselves, and its types.
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
    format: 'iife',
    ...COMMON,
  });
  await build({
    absWorkingDir: root,
    entryPoints: [{ in: 'src/lib/player/hedged-loader.ts', out: 'assets/hedged-loader' }],
    outdir: outDir,
    format: 'esm',
    ...COMMON,
  });
  await copyFile(join(from, 'hedged-loader.d.ts'), join(outDir, 'assets/hedged-loader.d.ts'));
  await copyFile(join(from, 'watch.html'), join(outDir, 'watch.html'));
}
