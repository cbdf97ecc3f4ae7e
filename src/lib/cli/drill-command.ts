/** What the commands `drill NAME …` share: flags, the plan, the run, its story on standard error, its end on standard output. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDurationMs } from '../base/duration.ts';
import { ERROR_CODES } from '../base/errors.ts';
import { findDrill } from '../drill/drill-kinds.ts';
import { DEFAULT_VIEWERS, type DrillPlan, MAX_CALM_MS } from '../drill/drill-plan.ts';
import type { DrillRun } from '../drill/drill-result.ts';
import { planDrill } from '../drill/plan-drill.ts';
import { type DrillSummary, summarizeRuns } from '../drill/series.ts';
import { findOnlyIngest } from '../drill/watch/find-only-ingest.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { BaseCommand, Flags } from './base-command.ts';
import { DrillStory } from './drill-story.ts';
import { type ErrorJson, formatErrorJson, formatErrorText } from './render-error.ts';
import { runDrills, VERDICT_EXIT } from './run-drills.ts';
import { formatDrillEnd, formatDrillPlan, formatSeries } from './views/format-drill.ts';
import { COLOURED, PLAIN } from './views/paint.ts';

/** What `drill … --json` prints: the fields of DrillSummary, of one run everything beside them, of several `runs`. */
export type DrillResult =
  | (DrillSummary &
      Partial<DrillRun> & {
        readonly runs?: readonly DrillRun[];
        /** Why a series ended before its last run. */
        readonly stopped?: ErrorJson['error'];
      })
  | DrillPlan;

export const DRILL_FLAGS = {
  viewers: Flags.integer({
    summary: 'Simulated viewers, over all regions. [default: 100, of a file as it says]',
    min: 1,
    max: 10_000,
  }),
  duration: Flags.string({
    summary: 'How long until it heals. [default: as drill show, or the file, says]',
    helpValue: 'TIME',
  }),
  calm: Flags.string({
    summary: 'How long all must be well to count as steady, up to 8s. [default: 3s]',
    helpValue: 'TIME',
  }),
  repeat: Flags.integer({ summary: 'How often.', default: 1, min: 1, max: 1_000 }),
  stream: Flags.string({ summary: 'Stream that is watched. [default: the first]', helpValue: 'STREAM' }),
  loader: Flags.option({
    summary: 'Viewers with the hedged loader, or as hls.js plays by itself.',
    options: ['hedged', 'none'] as const,
    default: 'hedged' as const,
  })(),
  browser: Flags.boolean({ summary: 'Let a real Chromium watch, too, frame by frame.' }),
  'dry-run': Flags.boolean({ summary: 'Say what it would do, and change nothing.' }),
  report: Flags.string({ summary: 'Also write its reports into this folder.', helpValue: 'DIR' }),
};

/** Loads the template of reports. */
export async function loadReportTemplate(root: string): Promise<string> {
  return await readFile(join(root, 'templates/drill-report.html'), 'utf8');
}

const GRACE_MS = 90_000;

export abstract class DrillCommand extends BaseCommand {
  static override flags = DRILL_FLAGS;
  /** Healing must be over before the command ends. */
  protected override interruptGraceMs: number | undefined = GRACE_MS;

  /** Runs a drill of the catalogue. `seed`: of what is random in its plan. */
  protected async runKind(
    name: string,
    target: string | null,
    amount: number | null,
    seed = 1,
  ): Promise<DrillResult> {
    const { flags } = await this.parse(this.ctor as typeof DrillCommand);
    const view = await this.loadCluster();
    const kind = findDrill(name);
    const stream =
      kind.target === 'stream' && target !== null
        ? target
        : (flags.stream ?? Object.keys(view.streams)[0] ?? 'demo');
    const viewers = flags.viewers ?? DEFAULT_VIEWERS;
    const durationMs = flags.duration === undefined ? null : parseDurationMs(flags.duration);
    const onlyIngest = await findOnlyIngest(view, stream);
    const facts = { view, settings: settingsOf(view, stream), onlyIngest };
    const plan = planDrill(kind, { target, amount, stream, viewers, durationMs, seed }, facts);
    return await this.runPlan(view, plan);
  }

  /** The plan with what flags say of its limits. */
  async #limit(plan: DrillPlan): Promise<DrillPlan> {
    const { flags } = await this.parse(this.ctor as typeof DrillCommand);
    if (flags.calm === undefined) return plan;
    const calmMs = Math.min(MAX_CALM_MS, parseDurationMs(flags.calm));
    return { ...plan, limits: { ...plan.limits, calmMs } };
  }

  /** Runs any plan, as the flags say. */
  protected async runPlan(view: ClusterView, given: DrillPlan): Promise<DrillResult> {
    const { flags } = await this.parse(this.ctor as typeof DrillCommand);
    const plan = await this.#limit(given);
    if (flags['dry-run']) {
      for (const line of formatDrillPlan(plan)) this.log(line);
      return plan;
    }
    const paint = this.colour ? COLOURED : PLAIN;
    const story = new DrillStory(process.stderr, this.jsonEnabled());
    const { runs, failure } = await runDrills({
      view,
      plan,
      repeat: flags.repeat,
      loader: flags.loader,
      browser: flags.browser,
      reportTemplate: await loadReportTemplate(this.config.root),
      reportDir: flags.report === undefined ? null : resolve(flags.report),
      signal: this.signal,
      program: [process.execPath, process.argv[1]!],
      onEvent: (event, count) => story.tell(event, flags.repeat > 1 ? count : null),
      onRun: (run, { dir }) => {
        story.end();
        if (flags.repeat === 1)
          for (const line of formatDrillEnd(run, join(dir, 'report.html'), paint)) this.log(line);
      },
    }).finally(() => story.end());
    const summary = summarizeRuns(runs);
    if (flags.repeat > 1) for (const line of formatSeries(runs, summary, paint)) this.log(line);
    const status = failure === null ? VERDICT_EXIT[summary.verdict] : ERROR_CODES[failure.code].exit;
    this.exitWith(status);
    this.interruptedStatus = status;
    if (flags.repeat === 1) return { ...runs[0]!, ...summary };
    if (failure === null) return { ...summary, runs };
    this.progress(formatErrorText(failure, this.colour).trimEnd());
    return { ...summary, runs, stopped: formatErrorJson(failure).error };
  }
}
