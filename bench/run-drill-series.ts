import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { DrillRun } from '../src/lib/drill/drill-result.ts';
import type { ClusterStatus } from '../src/lib/health/cluster-status.ts';
import type { DemoCluster } from '../test/support/demo-cluster.ts';
import { until } from '../test/support/until.ts';

/** So many more that did not begin than runs: then there is nothing to wait for. */
const MOST_NOT_BEGUN = 3;

/** All runs of one drill. */
export interface DrillSeries {
  /** `fail-region eu --duration 15s`; `@eu` is the node that carries the first stream's replica in eu by then. */
  readonly words: string;
  readonly drill: string;
  readonly runs: readonly DrillRun[];
  /** `18 pass, 2 fail, 1 not begun`. */
  readonly verdicts: string;
  /** The same, with the reasons of those that are no pass. */
  readonly said: string;
}

export interface DrillSeriesPlace {
  readonly root: string;
  readonly cluster: DemoCluster;
  /** Ends the series; the runs so far count. */
  readonly signal: AbortSignal;
}

/**
 * Runs `streamctl drill …` so often, each a process of its own; one that could not begin, as the machine was too busy for a
 * steady state, is no run and is counted.
 */
export async function runDrillSeries(
  place: DrillSeriesPlace,
  words: readonly string[],
  repeat: number,
): Promise<DrillSeries> {
  const runs: DrillRun[] = [];
  const notBegun: string[] = [];
  for (let count = 0; count < repeat && !place.signal.aborted; count++) {
    const numbered = words.map((word) => (word === '@run' ? String(count + 1) : word));
    const { run, failure } = await runDrillOnce(place, numbered);
    if (run === null) notBegun.push(failure);
    else if (run.verdict !== 'aborted') runs.push(run);
    if (notBegun.length - runs.length >= MOST_NOT_BEGUN) break;
  }
  const counts = new Map<string, number>();
  for (const { verdict } of runs) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  if (notBegun.length > 0) counts.set('not begun', notBegun.length);
  const verdicts = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  const whys = runs.filter(({ verdict }) => verdict !== 'pass').map(({ reasons }) => reasons.join('; '));
  const said = [verdicts, ...new Set([...whys, ...notBegun])].join('\n    ');
  return { words: words.join(' '), drill: words[0]!, runs, verdicts, said };
}

async function runDrillOnce(
  { root, cluster, signal }: DrillSeriesPlace,
  words: readonly string[],
): Promise<{ readonly run: DrillRun | null; readonly failure: string }> {
  const argv = ['drill', ...(await nameReplicas(cluster, words)), '--json', '--spec', cluster.specFile];
  const stdout = await new Promise<string>((resolve) => {
    const options = { env: cluster.env, maxBuffer: 2 ** 28 };
    const child = execFile(join(root, 'bin/streamctl'), argv, options, (_error, out) => resolve(out));
    signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  });
  const parsed = parse(stdout);
  const run = parsed?.verdict === undefined ? null : (parsed as DrillRun);
  return { run, failure: wordError(parsed?.error) };
}

/** After the loss of a node its replica is on another one, and stays there. */
async function nameReplicas(cluster: DemoCluster, words: readonly string[]): Promise<readonly string[]> {
  if (!words.some((word) => word.startsWith('@'))) return words;
  let status: ClusterStatus | null = null;
  // It ends with a status of its own while not all is well.
  const isWell = async (): Promise<boolean> => {
    status = (await cluster.run('status').catch(() => null)) as ClusterStatus | null;
    return status !== null;
  };
  await until(isWell, 'a healthy cluster');
  const { streams } = status as unknown as ClusterStatus;
  const replicas = streams[0]?.replicas ?? [];
  const nodeIn = (region: string) => replicas.find((one) => one.region === region && !one.joining)?.node;
  return words.map((word) => (word.startsWith('@') ? (nodeIn(word.slice(1)) ?? word) : word));
}

interface DrillError {
  readonly message: string;
  readonly details?: { readonly facts?: Readonly<Record<string, string>> };
}

function wordError(error: DrillError | undefined): string {
  const facts = Object.values(error?.details?.facts ?? {}).map((fact) => fact.replaceAll('\n', '; '));
  return [error?.message ?? 'no result', ...facts].join(': ');
}

function parse(stdout: string): (Partial<DrillRun> & { error?: DrillError }) | null {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}
