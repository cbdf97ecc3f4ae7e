/** The composition root of drills: from a plan to real viewers, a real cluster, the lock and the folder of each run. */
import { randomInt } from 'node:crypto';
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { EXIT, StreamctlError, toStreamctlError } from '../base/errors.ts';
import type { ClusterSight } from '../drill/cluster-sight.ts';
import { drillClock } from '../drill/drill-clock.ts';
import type { DrillPlan } from '../drill/drill-plan.ts';
import type { DrillRun, Verdict } from '../drill/drill-result.ts';
import type { FaultSettings } from '../drill/faults/fault.ts';
import { resolveFault } from '../drill/faults/resolve-fault.ts';
import { createFileJournal, type DrillFolder, findArmed, makeDrillFolder } from '../drill/history.ts';
import type { DrillEvent } from '../drill/journal.ts';
import { formatJunit } from '../drill/report/junit.ts';
import { writeReports } from '../drill/report/write-reports.ts';
import { type DrillDeps, type DrillOutcome, runDrill } from '../drill/run-drill.ts';
import { createMachineKeeper } from '../drill/stage/machine-keeper.ts';
import { stageFault } from '../drill/stage/stage-fault.ts';
import { Stages } from '../drill/stage/stages.ts';
import { startUndoKeeper } from '../drill/undo/start-undo-keeper.ts';
import { createBrowserWitness } from '../drill/viewers/browser-witness.ts';
import { findChromium } from '../drill/viewers/devtools.ts';
import { entryUrls } from '../drill/viewers/entry-urls.ts';
import { createFleet } from '../drill/viewers/run-fleet.ts';
import type { Witness } from '../drill/viewers/witness.ts';
import { loadControl } from '../drill/watch/load-control.ts';
import { createClusterProbe } from '../drill/watch/look-at-cluster.ts';
import { createAskNode } from '../health/ask-node.ts';
import { collectCluster } from '../health/collect-cluster.ts';
import type { UpgradeMark } from '../health/report.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { createReach } from '../nodes/reach.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { directWays } from '../spec/public-urls.ts';
import { loadJournal } from '../upgrade/journal.ts';
import { newestOf } from '../upgrade/shared-journal.ts';
import { connectDirectly } from '../viewer/connection.ts';
import type { ViewerLoader } from '../viewer/create-fetch.ts';
import { underLockOf } from './cluster-lock.ts';
import { watchPlaces } from './places.ts';

export interface DrillRequest {
  readonly view: ClusterView;
  readonly plan: DrillPlan;
  /** How often, at random phases of the segment. */
  readonly repeat: number;
  readonly signal: AbortSignal;
  /** Program and arguments that run this streamctl. */
  readonly program: readonly [string, ...string[]];
  /** With it viewers ask another region by themselves; without it they play as hls.js alone does. */
  readonly loader: ViewerLoader;
  /** A real Chromium watches, too. */
  readonly browser: boolean;
  /** Text of templates/drill-report.html. */
  readonly reportTemplate: string;
  /** Where the reports are written, too; of a series a folder each, and one junit.xml. */
  readonly reportDir: string | null;
  /** Called for each event; `run` counts from 1. */
  readonly onEvent: (event: DrillEvent, run: number) => void;
  /** Called after each run. */
  readonly onRun: (run: DrillRun, folder: DrillFolder) => void;
}

/** Exit status of each verdict. */
export const VERDICT_EXIT: Readonly<Record<Verdict, number>> = {
  pass: EXIT.ok,
  fail: EXIT.drillFailed,
  unknown: EXIT.drillUnknown,
  aborted: EXIT.drillAborted,
  'recovery-failed': EXIT.drillRecoveryFailed,
};

/** After the end of a drill, until a fault ends by itself should even the undo be lost. */
const LONGER_MS = 60_000;
/** Behind live at the most for a steady state, seconds: the service level with parts of 0.5 s, more with longer ones. */
const BEHIND_PARTS = 3;
const BEHIND_SPARE_SEC = 1.5;

/** The runs of a series, at least one. */
export interface DrillSeries {
  readonly runs: readonly DrillRun[];
  /** Why a later run could not begin, or broke off; null when there was none of that. */
  readonly failure: StreamctlError | null;
}

/**
 * Runs a drill as often as asked, alone on its cluster; a series ends with the first run that was aborted or did not
 * recover, or could not be made. Throws what the first run throws: LOCKED while another command changes the cluster,
 * CONFLICT while an earlier drill is still armed.
 */
export async function runDrills(request: DrillRequest): Promise<DrillSeries> {
  const { view, plan, repeat, signal } = request;
  const words = [plan.drill, plan.target].filter(Boolean).join(' ');
  return await underLockOf(view, { command: `drill ${words}`, waitMs: 0, signal }, async (lock) => {
    await refuseArmed(view);
    if (request.reportDir !== null) await prepareReportFolder(request.reportDir);
    const held = { ...request, signal: lock.signal };
    const series = await collectRuns(repeat, lock.signal, async (count) => {
      const { run } = await runOnce(held, words, count);
      return run;
    });
    if (series.runs.length === 0)
      throw new StreamctlError('INTERRUPTED', `drill ${words}: stopped before it began`);
    lock.tell(series.runs.map(({ verdict }) => verdict).join(', '));
    if (request.reportDir !== null && repeat > 1) {
      await writeFile(join(request.reportDir, 'junit.xml'), formatJunit(series.runs));
    }
    return series;
  });
}

/** Runs again and again; what was seen is kept when a later run throws. Throws what the first one throws. */
export async function collectRuns(
  repeat: number,
  signal: AbortSignal,
  run: (count: number) => Promise<DrillRun>,
): Promise<DrillSeries> {
  const runs: DrillRun[] = [];
  while (runs.length < repeat && !signal.aborted) {
    try {
      const done = await run(runs.length + 1);
      runs.push(done);
      if (done.verdict === 'recovery-failed' || done.verdict === 'aborted') break;
    } catch (error) {
      if (runs.length === 0) throw error;
      return { runs, failure: toStreamctlError(error) };
    }
  }
  return { runs, failure: null };
}

/** Before anything breaks: what cannot be written would cost the drill its reports. */
async function prepareReportFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (cause) {
    throw new StreamctlError('USAGE', `--report ${dir}: ${(cause as Error).message}; nothing was broken`, {
      hint: 'Name a folder that you can write to.',
      cause,
    });
  }
}

async function refuseArmed(view: ClusterView): Promise<void> {
  if (await isUpgrading(view)) {
    throw new StreamctlError('CONFLICT', 'an upgrade of the cluster was begun and is not over', {
      hint: 'Run streamctl upgrade, which continues, or streamctl upgrade --rollback.',
    });
  }
  const [armed] = await findArmed(view.dir);
  if (armed === undefined) return;
  throw new StreamctlError('CONFLICT', `the undo of an earlier drill is still armed: ${armed.id}`, {
    hint: 'Run streamctl drill heal.',
  });
}

/** By this machine's record of the last upgrade, or a newer one that a node's machine has. */
async function isUpgrading(view: ClusterView): Promise<boolean> {
  const answers = await collectCluster(view.peers, createAskNode(systemClock.nowMs, createReach(view)));
  const marks: readonly (UpgradeMark | null)[] = answers.map(({ agent }) => agent?.upgrade ?? null);
  return newestOf([await loadJournal(view.dir), ...marks])?.state === 'running';
}

/** A browser in the region that the faults touch: there it is hardest. */
async function createWitnesses({ browser, plan, view }: DrillRequest): Promise<readonly Witness[]> {
  if (!browser) return [];
  const chromium = await findChromium(process.env.PATH ?? '');
  const node = view.peers.find(({ name }) => name === plan.target);
  const region = node?.region ?? view.regions.find((name) => name === plan.target) ?? view.regions[0]!;
  const place = watchPlaces(view.peers, plan.stream).find((one) => one.region === region);
  if (place === undefined) throw new StreamctlError('NOT_FOUND', `no edge in region "${region}"`);
  return [createBrowserWitness({ chromium, url: place.url, region, nowMs: systemClock.nowMs })];
}

/** Injecting and undoing: here for local nodes, on their machines for others. */
function createHarm(
  { view, plan, program, signal }: DrillRequest,
  folder: DrillFolder,
): Pick<DrillDeps, 'resolveFault' | 'startUndo'> {
  const { nowMs } = systemClock;
  const longestMs = plan.durationMs + LONGER_MS;
  const path = process.env.PATH ?? '';
  const startLocal = () => startUndoKeeper({ runDir: folder.dir, clusterDir: view.dir, program, path });
  const resolve = (settings: FaultSettings, sight: ClusterSight) =>
    resolveFault(settings, { view, sight, nowMs, longestMs });
  if (view.ssh === null) return { resolveFault: resolve, startUndo: startLocal };
  const stages = new Stages({ view, ssh: view.ssh, drill: folder.id, runDir: folder.dir, signal });
  let count = 0;
  return {
    resolveFault: async (settings, sight) => {
      count += 1;
      const options = { stages, nowMs, longestMs, id: `fault-${count}` };
      return stageFault(await resolve(settings, sight), settings, options);
    },
    startUndo: () => Promise.resolve(createMachineKeeper(stages, startLocal)),
  };
}

async function runOnce(request: DrillRequest, words: string, count: number): Promise<DrillOutcome> {
  const { view, plan, signal, onEvent, onRun } = request;
  const folder = await makeDrillFolder(view.dir, words, Date.now());
  const journal = createFileJournal(folder.dir, { note: (event) => onEvent(event, count) });
  const nowMs = systemClock.nowMs;
  const { stream } = plan;
  const { segmentSec, partSec } = settingsOf(view, stream);
  const outcome = await runDrill(
    plan,
    {
      clock: drillClock,
      journal,
      probe: createClusterProbe({ view, stream, nowMs, loadControl: () => loadControl(view, stream) }),
      witnesses: await createWitnesses(request),
      fleet: createFleet({
        loader: request.loader,
        connect: connectDirectly(directWays(view.peers)),
        urlsOf: (region, avoid) => entryUrls(view, { stream, region, avoid }),
      }),
      ...createHarm(request, folder),
      random: () => randomInt(2 ** 32) / 2 ** 32,
    },
    {
      signal,
      identity: {
        id: folder.id,
        cluster: view.name,
        regions: view.regions,
        segmentMs: segmentSec * 1000,
        behindSec: BEHIND_PARTS * partSec + BEHIND_SPARE_SEC,
      },
    },
  );
  await writeFile(join(folder.dir, 'viewers.json'), `${JSON.stringify(outcome.pictures)}\n`);
  await writeReports(folder.dir, outcome, request.reportTemplate);
  onRun(outcome.run, folder);
  if (request.reportDir !== null) {
    const dir = request.repeat === 1 ? request.reportDir : join(request.reportDir, `run-${count}`);
    await writeReports(dir, outcome, request.reportTemplate);
  }
  return outcome;
}
