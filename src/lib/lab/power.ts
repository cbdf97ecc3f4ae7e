/** Switching machines off as a power cut does, and on again with the disk that they had. */

import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import { awaitMachine } from './await-machine.ts';
import { controlGroupOf, removeControlGroups } from './control-groups.ts';
import type { LabMachine, LabPlan } from './lab-plan.ts';
import { endParts, findLabProcesses } from './lab-processes.ts';
import { startMachine } from './start-machine.ts';
import type { RunningLab } from './ties.ts';
import { isDiskWritten, writeDisk } from './write-access.ts';

/** Cuts a machine's power: nothing in it is told. Returns false when it was off. */
export async function powerOff({ layout, plan }: RunningLab, name: string): Promise<boolean> {
  requireMachine(plan, name);
  const ended = await endParts(layout.dir, (part) => part === name);
  await removeControlGroups(controlGroupOf(layout.dir, name));
  return ended > 0;
}

/** Boots a machine and waits until it answers, unless it is cut off. Returns false when it was on. */
export async function powerOn(lab: RunningLab, name: string, signal: AbortSignal): Promise<boolean> {
  const { layout, plan, record, switchPid } = lab;
  const machine = requireMachine(plan, name);
  if ((await findLabProcesses(layout.dir)).some(({ part }) => part === name)) return false;
  if (!isDiskWritten(machine, layout)) await writeDisk(machine, plan, layout);
  const isCut = record.cut.includes(name);
  await startMachine(machine, { layout, plan, root: record.root!, switchPid, isCut });
  if (!isCut && !record.cut.includes(machine.region)) await awaitMachine(machine, layout, signal);
  return true;
}

function requireMachine({ machines }: LabPlan, name: string): LabMachine {
  const found = machines.find((machine) => machine.name === name);
  if (found !== undefined) return found;
  const known = machines.map((machine) => machine.name);
  const nearest = findNearest(name, known);
  throw new StreamctlError('NOT_FOUND', `the lab has no machine "${name}"`, {
    hint: nearest === null ? `It has ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
  });
}
