/** The composition root of `upgrade`: from flags to a program, the lock, hands on the nodes, and the walk over them. */
import { StreamctlError } from '../base/errors.ts';
import { findArmed } from '../drill/history.ts';
import { loadClusterRecord } from '../nodes/cluster-view.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { UpContext } from '../provision/context.ts';
import { withoutLeftOut } from '../provision/left-out.ts';
import { describeOperator } from '../provision/operation/operator.ts';
import { refuseLeaving, refuseUnfinishedUp } from '../provision/unfinished-up.ts';
import { writeWholeFile } from '../provision/write-file.ts';
import { loadSpec } from '../spec/load.ts';
import { createClusterHands, createJournalCopies } from '../upgrade/cluster-hands.ts';
import { chooseProgram, findBuild } from '../upgrade/find-program.ts';
import { listPrograms } from '../upgrade/list-programs.ts';
import { orderNodes } from '../upgrade/order-nodes.ts';
import { rollBack, runUpgrade, type UpgradeDeps, type UpgradeOutcome } from '../upgrade/run-upgrade.ts';
import { openSharedJournal, type SharedJournal } from '../upgrade/shared-journal.ts';
import { UPGRADE_LIMITS } from '../upgrade/upgrade-node.ts';
import { underLockOf } from './cluster-lock.ts';
import { type ClusterChoice, loadChosenCluster } from './context.ts';
import { createUpContext } from './up-action.ts';

export interface UpgradeRequest {
  readonly choice: ClusterChoice;
  /** `--to`; undefined: the program that this command is of. */
  readonly to: string | undefined;
  readonly rollback: boolean;
  readonly dryRun: boolean;
  readonly interrupts: boolean;
  /** `--without`: nodes whose machines are away. */
  readonly without?: readonly string[] | undefined;
  readonly root: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly passed: UpgradeDeps['passed'];
}

export interface UpgradeReport extends UpgradeOutcome {
  readonly cluster: string;
  /** What each node ran before. */
  readonly before: Readonly<Record<string, string | null>>;
  /** Nodes that were left as they are. */
  readonly without: readonly string[];
  /** Nothing was done: `changed` are the nodes that would be. */
  readonly dryRun: boolean;
}

const DOES = 'upgrade changes the program';

/** Upgrades or rolls back, alone on its cluster. Throws LOCKED, CONFLICT, NOT_FOUND, UNHEALTHY, PARTLY_DONE. */
export async function upgradeCluster(request: UpgradeRequest): Promise<UpgradeReport> {
  const view = await loadChosenCluster(request.choice);
  const command = request.rollback ? 'upgrade --rollback' : 'upgrade';
  const { signal, say } = request;
  return await underLockOf(view, { command, waitMs: 0, signal, say }, async (lock) => {
    await refuseArmed(view.dir);
    const held = { ...request, signal: lock.signal };
    const context = await createContext(view.specFile, view.dir, held);
    context.changes.guard(() => lock.check());
    const report = await withProgram(context, held).finally(() => context.driver.close());
    lock.tell(`program ${report.to} on ${report.changed.join(', ') || 'no other node'}`);
    return report;
  });
}

/** Throws CONFLICT while the undo of a drill is armed: what it broke would look like our doing. */
async function refuseArmed(clusterDir: string): Promise<void> {
  const [armed] = await findArmed(clusterDir);
  if (armed === undefined) return;
  throw new StreamctlError('CONFLICT', `the undo of a drill is still armed: ${armed.id}`, {
    hint: 'Run streamctl drill heal.',
  });
}

async function createContext(
  specFile: string,
  clusterDir: string,
  { root, version, signal, dryRun, to, without }: UpgradeRequest,
): Promise<UpContext> {
  const spec = await loadSpec(specFile);
  await refuseUnfinishedUp(spec, clusterDir, DOES);
  const mode = dryRun ? 'plan' : 'apply';
  const context = await createUpContext(spec, { root, version, signal, mode, command: 'upgrade', without });
  if (to === undefined) return context;
  const build = await findBuild(to);
  if (build !== null) return { ...context, source: build };
  try {
    return { ...context, ...chooseProgram(to, await listPrograms(context)) };
  } catch (error) {
    await context.driver.close();
    throw error;
  }
}

async function withProgram(context: UpContext, request: UpgradeRequest): Promise<UpgradeReport> {
  const { driver, spec, signal } = context;
  const report = { doing: request.say, happened: request.say };
  await driver.check(context, report);
  refuseLeaving(context, DOES);
  await driver.prepare(context, report);
  const hands = createClusterHands(context);
  const nodes = withoutLeftOut(spec.nodes, context);
  const digests = await Promise.all(nodes.map((node) => hands.programOf(node)));
  const before = Object.fromEntries(nodes.map(({ name }, at) => [name, digests[at]!] as const));
  const digest = context.program!.digest;
  const { without } = context;
  const named = { cluster: spec.cluster, before, without };
  const { journal, save } = await openJournal(context, request.say);
  if (request.dryRun) {
    const planned = request.rollback ? (journal?.before ?? {}) : null;
    return { ...named, ...foresee(nodes, { before, digest, planned }), dryRun: true };
  }
  const deps: UpgradeDeps = {
    hands,
    signal,
    interrupts: request.interrupts,
    without,
    say: request.say,
    journal,
    save,
    nowMs: Date.now,
    limits: UPGRADE_LIMITS,
    passed: request.passed,
  };
  const outcome = request.rollback ? await rollBack(nodes, deps) : await runUpgrade(nodes, digest, deps);
  await noteProgram(context, outcome.to);
  return { ...named, ...outcome, dryRun: false };
}

/** Where nodes are on this machine its record is theirs. */
async function openJournal(context: UpContext, say: (text: string) => void): Promise<SharedJournal> {
  const { layout, driver, spec } = context;
  const { who, host } = describeOperator(process.env);
  return await openSharedJournal({
    clusterDir: layout.dir,
    nodes: driver.machineDir === layout.dir ? [] : withoutLeftOut(spec.nodes, context),
    copies: createJournalCopies(context),
    ...{ who, host, say },
  });
}

interface Foresight {
  readonly before: Readonly<Record<string, string | null>>;
  readonly digest: string;
  /** What each node goes back to; null: all get `digest`. */
  readonly planned: Readonly<Record<string, string>> | null;
}

/** What would be done, in its order. Pure. */
function foresee(nodes: readonly Peer[], { before, digest, planned }: Foresight): UpgradeOutcome {
  const target = (name: string): string | null =>
    (planned === null ? digest : planned[name]) ?? before[name] ?? null;
  const order = orderNodes(nodes);
  if (planned !== null) order.reverse();
  const [changed, unchanged] = split(order, ({ name }) => before[name] !== target(name));
  const to = changed[0] === undefined ? digest : target(changed[0])!;
  return { to, changed, unchanged };
}

function split<T extends { readonly name: string }>(items: readonly T[], is: (item: T) => boolean) {
  const names = (kind: boolean): string[] => items.filter((one) => is(one) === kind).map(({ name }) => name);
  return [names(true), names(false)] as const;
}

/** The cluster's record says what its units run. */
async function noteProgram({ layout }: UpContext, digest: string): Promise<void> {
  const record = await loadClusterRecord(layout.dir);
  if (record === null || record.program === digest) return;
  await writeWholeFile(layout.record, `${JSON.stringify({ ...record, program: digest }, null, 2)}\n`);
}
