/** The steps of `lab up`, in order. Each looks first and does only what is missing; each may be killed. */
import { existsSync } from 'node:fs';
import type { Step } from '../provision/context.ts';
import { awaitMachine } from './await-machine.ts';
import { ensureLabPackages, requireAbility } from './check-host.ts';
import { ensureRoot } from './ensure-root.ts';
import type { LabPlan } from './lab-plan.ts';
import { endParts, findLabProcesses } from './lab-processes.ts';
import type { LabLayout } from './layout.ts';
import { type LabRecord, saveRecord } from './record.ts';
import { startMachine } from './start-machine.ts';
import { findSwitch, startSwitch } from './start-switch.ts';
import { mendTies } from './ties.ts';
import { writeAccess, writeDisk } from './write-access.ts';

export interface LabContext {
  readonly layout: LabLayout;
  readonly plan: LabPlan;
  /** Folder that keeps root file systems. */
  readonly roots: string;
  /** Folder of streamctl. */
  readonly program: string;
  readonly signal: AbortSignal;
  record: LabRecord;
  /** Filled by the step that makes the network. */
  switchPid: number;
  /** Machines that were switched on now. */
  readonly started: string[];
}

type Run = Step<LabContext>['run'];

const checkHost: Run = async ({ program, layout }, report) => {
  await ensureLabPackages(program, report.happened);
  await requireAbility(layout.dir);
  return 'this machine can hold a lab';
};

/** A lab that has machines keeps their root, also when a newer streamctl would make another. */
const prepareRoot: Run = async (context, { happened }) => {
  const { record, layout, roots, signal } = context;
  await saveRecord(layout, record);
  if (record.root !== null && existsSync(record.root)) return 'Debian 12, as the lab has it';
  const { root, built } = await ensureRoot({ roots, signal, say: happened });
  context.record = { ...record, root };
  await saveRecord(layout, context.record);
  return built
    ? 'Debian 12 with the packages of a cluster, kept for the next lab'
    : 'Debian 12, from the cache';
};

const makeNetwork: Run = async (context) => {
  const { plan, layout } = context;
  const found = await findSwitch(layout.dir);
  // Machines that lost their switch have lost their network card with it: they boot again.
  if (found === null) await endParts(layout.dir, () => true);
  context.switchPid = found ?? (await startSwitch(plan, layout));
  await writeAccess(plan, layout, context);
  await mendTies(context);
  context.record = { ...context.record, cut: [] };
  return `${plan.regions.map(({ name, subnet }) => `${name} ${subnet}`).join(' · ')}`;
};

const bootMachines: Run = async (context) => {
  const { plan, layout, record, switchPid, started } = context;
  const running = new Set((await findLabProcesses(layout.dir)).map(({ part }) => part));
  for (const machine of plan.machines.filter(({ name }) => !running.has(name))) {
    context.signal.throwIfAborted();
    await writeDisk(machine, plan, layout);
    await startMachine(machine, { plan, layout, root: record.root!, switchPid, isCut: false });
    started.push(machine.name);
  }
  return started.length === 0 ? 'all run already' : started.join(', ');
};

const awaitMachines: Run = async ({ plan, layout, signal }) => {
  await Promise.all(plan.machines.map((machine) => awaitMachine(machine, layout, signal)));
  return `${plan.machines.length} machines by ssh`;
};

export const LAB_UP_STEPS: readonly Step<LabContext>[] = [
  { title: 'checked', run: checkHost },
  { title: 'root', run: prepareRoot },
  { title: 'network', run: makeNetwork },
  { title: 'booted', run: bootMachines },
  { title: 'answering', run: awaitMachines },
];
