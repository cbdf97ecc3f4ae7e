import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ViewerReport } from '../src/lib/viewer/viewer-report.ts';
import type { BenchContext } from './context.ts';
import { atMost, type Bound, below, type Figure } from './figure.ts';

/** Simulated viewers of every region at once, for some minutes, beside the pipelines. */
export async function measureViewers(context: BenchContext, count: number): Promise<Figure[]> {
  context.say(`${count} simulated viewers for ${context.minutes} min`);
  const report = await runViewerCommand(context, count, context.minutes * 60);
  const of = `${report.played}/${report.viewers} played, ${report.seconds.toFixed(0)} s, ${report.errors} errors`;
  const full = count === 300;
  const zero = full ? atMost(0) : null;
  const frames = report.missingFrames + report.repeatedFrames;
  return [
    figure(
      `stalls, ${count} viewers`,
      '',
      report.stalls + (report.viewers - report.played),
      zero,
      of,
      full ? null : atMost(0),
    ),
    figure(`missing or repeated frames by decode time, ${count} viewers`, '', frames, zero, of),
    figure(
      `startup p95, ${count} viewers`,
      's',
      seconds(report.startupMs.p95),
      full ? below(2) : null,
      startupDetail(report),
      below(0.6),
    ),
    figure(
      `behind live p95, ${count} viewers, their own figure`,
      's',
      report.liveEdgeSec.p95,
      null,
      `p50 ${report.liveEdgeSec.p50} s`,
    ),
    figure(`dead air, worst of ${count} viewers`, 'ms', report.deadAirMs.max, null, of),
  ];
}

/** Runs `streamctl viewer run` as a process of its own, as a user would. */
export async function runViewerCommand(
  { root, cluster }: BenchContext,
  count: number,
  seconds: number,
): Promise<ViewerReport> {
  const words = ['viewer', 'run', '--count', String(count), '--duration', `${seconds}s`, '--json'];
  const { stdout } = await promisify(execFile)(
    join(root, 'bin/streamctl'),
    [...words, '--spec', cluster.specFile],
    { env: cluster.env, maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout) as ViewerReport;
}

function startupDetail({ startupMs }: ViewerReport): string {
  return `p50 ${startupMs.p50} ms, worst ${startupMs.max} ms, 200 viewers start a second`;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function figure(
  name: string,
  unit: string,
  value: number | null,
  must: Bound | null,
  detail: string,
  aim: Bound | null = must,
): Figure {
  return { name, unit, value, must, aim: must === null ? null : aim, detail };
}
