/** Entry of the program, built to dist/main.js: compiled code is cached, then the CLI is loaded. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache();
const { runCli } = await import('./lib/cli/main.ts');
const folder = import.meta.dirname;
process.exitCode = await runCli(process.argv.slice(2), {
  root: join(folder, '..'),
  commands: join(folder, 'commands'),
  extension: import.meta.filename.endsWith('.ts') ? '.ts' : '.js',
});
process.exit();
