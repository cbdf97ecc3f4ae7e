import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from './context.ts';
import { below, type Figure } from './figure.ts';
import { quantile } from './statistics.ts';

const RUNS = 15;
const run = promisify(execFile);

/** How long commands take to start and end, as a multiple of `node -e 0`; runs alternate, medians are compared. */
export async function measureCli({ root, cluster, say }: BenchContext): Promise<Figure[]> {
  say('command line: start times');
  const streamctl = join(root, 'bin/streamctl');
  const commands: Record<string, readonly [string, readonly string[]]> = {
    'node -e 0': [process.execPath, ['-e', '0']],
    'streamctl --version': [streamctl, ['--version']],
    'streamctl stream list': [streamctl, ['stream', 'list', '--spec', cluster.specFile]],
    'streamctl ring locate': [streamctl, ['ring', 'locate', 'demo', '--spec', cluster.specFile]],
  };
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < RUNS; round += 1) {
    for (const [name, [file, words]] of Object.entries(commands)) {
      const began = performance.now();
      const failed = await run(file, words, { env: cluster.env }).then(
        () => false,
        () => true,
      );
      if (!failed) times[name]?.push(performance.now() - began);
    }
  }
  const base = quantile(times['node -e 0'] ?? [], 0.5) ?? Number.NaN;
  return Object.keys(commands)
    .filter((name) => name !== 'node -e 0')
    .map((name) => ratio(name, times[name] ?? [], base));
}

function ratio(name: string, times: readonly number[], baseMs: number): Figure {
  const median = quantile(times, 0.5);
  return {
    name,
    unit: '× node -e 0',
    value: median === null ? null : median / baseMs,
    must: below(4),
    aim: below(2.5),
    detail:
      median === null
        ? 'the command failed'
        : `median ${median.toFixed(0)} ms of ${times.length}, against ${baseMs.toFixed(0)} ms`,
  };
}
