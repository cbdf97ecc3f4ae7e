/** Cutting regions and machines off, and joining them again: one link each (see network.ts). */

import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import type { LabPlan } from './lab-plan.ts';
import type { LabLayout } from './layout.ts';
import { tieOf } from './network.ts';
import { type LabRecord, saveRecord } from './record.ts';
import { inNetworkOf, runTool } from './run-tool.ts';

/** A lab whose switch runs. */
export interface RunningLab {
  readonly layout: LabLayout;
  readonly plan: LabPlan;
  readonly record: LabRecord;
  readonly switchPid: number;
}

/** Cuts regions or machines off from all else, the operator included. Throws NOT_FOUND for a name the lab has not. */
export async function cutTies(lab: RunningLab, names: readonly string[]): Promise<LabRecord> {
  for (const name of names) checkPlace(lab.plan, name);
  const record = { ...lab.record, cut: [...new Set([...lab.record.cut, ...names])] };
  await saveRecord(lab.layout, record);
  await setTies(lab, names, 'down');
  return record;
}

/** Joins what was cut; returns the names. */
export async function mendTies(lab: RunningLab): Promise<readonly string[]> {
  const { cut } = lab.record;
  await setTies(lab, cut, 'up');
  await saveRecord(lab.layout, { ...lab.record, cut: [] });
  return cut;
}

/** A machine that is off has no link; it is plugged in as the record says when it comes back. */
async function setTies(lab: RunningLab, names: readonly string[], state: 'up' | 'down'): Promise<void> {
  const shown = await runTool({
    what: 'list the links of the lab',
    argv: inNetworkOf(lab.switchPid, ['ip', '-json', 'link', 'show']),
  });
  const links = new Set((JSON.parse(shown) as { ifname: string }[]).map(({ ifname }) => ifname));
  for (const name of names) {
    const tie = tieOf(lab.plan, name);
    if (!links.has(tie)) continue;
    await runTool({
      what: state === 'down' ? `cut ${name} off` : `join ${name} again`,
      argv: inNetworkOf(lab.switchPid, ['ip', 'link', 'set', tie, state]),
    });
  }
}

/** Throws NOT_FOUND unless the lab has a region or machine of the name. */
export function checkPlace({ regions, machines }: LabPlan, name: string): void {
  const known = [...regions, ...machines].map((place) => place.name);
  if (known.includes(name)) return;
  const nearest = findNearest(name, known);
  throw new StreamctlError('NOT_FOUND', `the lab has no region or machine "${name}"`, {
    hint: nearest === null ? `It has ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
  });
}
