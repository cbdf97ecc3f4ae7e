/**
 * Builds dist/: the program as one bundle with code splitting (main, and a file per command that is loaded only when
 * it is used), and oclif.manifest.json for help and completion. Takes a second; needs no network.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core/config';
import { build } from 'esbuild';
import { buildPlayer } from './build-player.ts';
import { lazyRequires } from './lazy-requires.ts';
import { plainBuiltins } from './plain-builtins.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** CommonJS packages inside an ES module still ask for these. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('');

rmSync(dist, { recursive: true, force: true });
const commands = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src/commands', path));
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', ...commands],
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  banner: { js: BANNER },
  logLevel: 'warning',
  plugins: [lazyRequires, plainBuiltins],
});
cpSync(join(root, 'templates'), join(dist, 'templates'), { recursive: true });
await buildPlayer(root, join(dist, 'www'));
// A machine that has only this folder would have Node read each module twice to find out what it is.
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');
// By itself, so that a machine's shell can read it.
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
writeFileSync(join(dist, 'version'), `${version}\n`);

const plugin = new Plugin({ root, type: 'core', isRoot: true, name: 'streamctl', ignoreManifest: true });
await plugin.load();
if (Object.keys(plugin.manifest.commands).length === 0) throw new Error('the build found no commands');
writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
process.exit(0);
