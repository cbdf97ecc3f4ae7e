import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { DrillRun } from '../src/lib/drill/drill-result.ts';
import type { DemoCluster } from '../test/support/demo-cluster.ts';

/** All runs of one drill. */
export interface DrillSeries {
  /** `fail-region eu --duration 15s`. */
  readonly words: string;
  readonly drill: string;
  readonly runs: readonly DrillRun[];
  /** One line about it. */
  readonly said: string;
}

/** Runs `streamctl drill …` as a process of its own; a drill that could not run has no runs. */
export async function runDrillSeries(
  { root, cluster }: { readonly root: string; readonly cluster: DemoCluster },
  words: readonly string[],
): Promise<DrillSeries> {
  const argv = ['drill', ...words, '--json', '--spec', cluster.specFile];
  const stdout = await new Promise<string>((resolve) => {
    const options = { env: cluster.env, maxBuffer: 2 ** 28 };
    execFile(join(root, 'bin/streamctl'), argv, options, (_error, out) => resolve(out));
  });
  const about = { words: words.join(' '), drill: words[0]! };
  const parsed = parse(stdout);
  const runs = parsed?.runs ?? (parsed?.verdict === undefined ? [] : [parsed as DrillRun]);
  if (runs.length === 0) return { ...about, runs, said: wordError(parsed?.error) };
  const counts = new Map<string, number>();
  for (const { verdict } of runs) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const verdicts = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  const why = runs.find(({ verdict }) => verdict !== 'pass')?.reasons.join('; ');
  return { ...about, runs, said: why === undefined ? verdicts : `${verdicts}: ${why}` };
}

interface DrillError {
  readonly message: string;
  readonly details?: { readonly facts?: Readonly<Record<string, string>> };
}

function wordError(error: DrillError | undefined): string {
  const facts = Object.values(error?.details?.facts ?? {}).map((fact) => fact.replaceAll('\n', '; '));
  return [error?.message ?? 'no result', ...facts].join(': ');
}

function parse(stdout: string): (Partial<DrillRun> & { runs?: DrillRun[]; error?: DrillError }) | null {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}
