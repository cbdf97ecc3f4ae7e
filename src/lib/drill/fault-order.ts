/** Which faults of a plan may be in force together, and which can never come. Pure. */
import { StreamctlError } from '../base/errors.ts';
import type { PlannedFault } from './drill-plan.ts';

/**
 * Says whether two faults of a plan may be in force at one time. One that waits for the recovery overlaps with none before it,
 * and may itself come at any time from its own on.
 */
export function mayOverlap(a: PlannedFault, b: PlannedFault): boolean {
  if (a === b) return true;
  const [first, second] = comesBefore(a, b) ? [a, b] : [b, a];
  if (second.whenSteady) return false;
  const isOpen = first.whenSteady || first.forMs === null;
  return isOpen || second.atMs < first.atMs + first.forMs!;
}

/** Throws USAGE when a fault waits for the recovery from one of `lasting` that lasts to the end of the drill. */
export function refuseEndlessWait(faults: readonly PlannedFault[], lasting: readonly PlannedFault[]): void {
  for (const waiting of faults.filter(({ whenSteady }) => whenSteady)) {
    const endless = lasting.find((one) => one !== waiting && one.forMs === null && comesBefore(one, waiting));
    if (endless === undefined) continue;
    throw new StreamctlError(
      'USAGE',
      `fault ${waiting.id} waits for the recovery from fault ${endless.id}, which lasts to the end of the drill`,
      {
        hint: `Say with for: how long fault ${endless.id} lasts, or take whenSteady from fault ${waiting.id}.`,
      },
    );
  }
}

/** By their time, and by their place where that is the same. */
function comesBefore(a: PlannedFault, b: PlannedFault): boolean {
  return a.atMs === b.atMs ? Number(a.id) < Number(b.id) : a.atMs < b.atMs;
}
