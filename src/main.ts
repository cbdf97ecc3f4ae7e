/** Entry of the program, built to dist/main.js: compiled code is cached, then the CLI is loaded. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

// A Maglev compilation that still runs when the process ends can keep it from ending for ever (nodejs/node#54918):
// seen here once in some twenty `down` on a busy machine. Hot code of daemons is compiled by TurboFan all the same.
setFlagsFromString('--no-maglev');
enableCompileCache();
const { runCli } = await import('./lib/cli/main.ts');
const folder = import.meta.dirname;
process.exitCode = await runCli(process.argv.slice(2), {
  root: join(folder, '..'),
  commands: join(folder, 'commands'),
  extension: import.meta.filename.endsWith('.ts') ? '.ts' : '.js',
});
process.exit();
