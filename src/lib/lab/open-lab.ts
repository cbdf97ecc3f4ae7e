/** What the commands on a lab begin with. */
import { StreamctlError } from '../base/errors.ts';
import { checkLabName, planLab } from './lab-plan.ts';
import { labLayout } from './layout.ts';
import { requireRecord } from './record.ts';
import { findSwitch } from './start-switch.ts';
import type { RunningLab } from './ties.ts';

/** Opens a lab that runs. Throws NOT_FOUND, or NOT_RUNNING when it was made but its switch is gone. */
export async function openLab(home: string, name: string): Promise<RunningLab> {
  const layout = labLayout(home, checkLabName(name));
  const record = await requireRecord(home, name);
  const switchPid = await findSwitch(layout.dir);
  if (switchPid === null) {
    throw new StreamctlError('NOT_RUNNING', `lab "${name}" is not running`, {
      hint: 'Run streamctl lab up: it goes on with the disks that its machines have.',
    });
  }
  return { layout, plan: planLab(record), record, switchPid };
}
