/** Cutting regions and machines off, and joining them again: one link each (see network.ts). */

import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import { runTool } from '../nodes/run-tool.ts';
import { inNetworkOf } from './in-network-of.ts';
import type { LabPlan } from './lab-plan.ts';
import type { LabLayout } from './layout.ts';
import { tieOf } from './network.ts';
import { type LabRecord, saveRecord } from './record.ts';

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
  const links = await listLinks(lab);
  const ties = names.map((name) => ({ name, tie: tieOf(lab.plan, name) }));
  for (const { name, tie } of ties.filter((one) => links.has(one.tie))) {
    await runTool({
      what: state === 'down' ? `cut ${name} off` : `join ${name} again`,
      argv: inNetworkOf(lab.switchPid, ['ip', 'link', 'set', tie, state]),
    });
  }
  if (state === 'up') await awaitCarriers(lab, names);
}

const CARRIER_LIMIT_MS = 5000;

/** The kernel gives a link its carrier up to a second later; packets before that are lost. */
async function awaitCarriers(lab: RunningLab, names: readonly string[]): Promise<void> {
  const deadline = performance.now() + CARRIER_LIMIT_MS;
  const waited = names.flatMap((name) => [tieOf(lab.plan, name), `gw-${name}`]);
  for (;;) {
    const links = await listLinks(lab);
    if (waited.every((link) => (links.get(link) ?? 'UP') === 'UP')) return;
    if (performance.now() > deadline) return;
    await sleep(50);
  }
}

/** The links of the switch with their state: `UP` when packets pass. */
async function listLinks({ switchPid }: RunningLab): Promise<ReadonlyMap<string, string>> {
  const argv = inNetworkOf(switchPid, ['ip', '-json', 'link', 'show']);
  const shown = await runTool({ what: 'list the links of the lab', argv });
  const links = JSON.parse(shown) as { ifname: string; operstate: string }[];
  return new Map(links.map(({ ifname, operstate }) => [ifname, operstate]));
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
