/** Runs the tests of the tiers named in the arguments, one tier after the other, and ends with a summary. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

interface Tier {
  readonly globs: readonly string[];
  /** Files at the same time: servers of integration tests share two cores. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

const TIERS: Readonly<Record<string, Tier>> = {
  fast: { globs: ['test/unit/**/*.test.ts', 'test/project/*.test.ts'], concurrency: 4, timeoutMs: 60_000 },
  integration: { globs: ['test/integration/**/*.test.ts'], concurrency: 1, timeoutMs: 300_000 },
  browser: { globs: ['test/browser/**/*.test.ts'], concurrency: 1, timeoutMs: 300_000 },
};

const root = join(import.meta.dirname, '..');
const results: string[] = [];
let failed = false;
for (const name of process.argv.slice(2)) {
  const tier = TIERS[name];
  if (tier === undefined) {
    console.error(`  ✖ no tier "${name}"; known are ${Object.keys(TIERS).join(', ')}`);
    process.exit(2);
  }
  const files = globSync([...tier.globs], { cwd: root }).sort();
  if (files.length === 0) continue;
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${tier.concurrency}`,
      `--test-timeout=${tier.timeoutMs}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  failed ||= status !== 0;
  results.push(
    `  ${status === 0 ? '✔ passed' : '✖ FAILED'}  ${name.padEnd(12)} ${files.length} files  ${seconds} s`,
  );
}
console.log(`\n${results.join('\n')}`);
process.exit(failed ? 1 : 0);
