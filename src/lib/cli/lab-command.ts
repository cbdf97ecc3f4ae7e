/** What the commands on a lab share: its name, root, and the lock under which a lab is changed. */
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { requireRoot } from '../lab/check-host.ts';
import { checkLabName } from '../lab/lab-plan.ts';
import { type LabLayout, labLayout } from '../lab/layout.ts';
import { openLab } from '../lab/open-lab.ts';
import type { RunningLab } from '../lab/ties.ts';
import { takeLock } from '../provision/lock.ts';
import { BaseCommand, Flags } from './base-command.ts';
import { streamctlHome } from './context.ts';

export const LAB_FLAGS = {
  name: Flags.string({ summary: 'Name of the lab.', default: 'lab', helpValue: 'NAME' }),
};

export abstract class LabCommand extends BaseCommand {
  /** Finds the files of a lab. Throws USAGE for a name that no lab can have, ENVIRONMENT unless we are root. */
  protected place(name: string): LabLayout {
    checkLabName(name);
    requireRoot();
    return labLayout(streamctlHome(), name);
  }

  /** Does something to a lab while no other command does. Throws LOCKED. */
  protected async alone<Result>(layout: LabLayout, work: () => Promise<Result>): Promise<Result> {
    const command = `streamctl ${(this.id ?? '').replaceAll(':', ' ')}`;
    const giveBack = await takeLock({ file: layout.lock, command, waitMs: 0, signal: this.signal });
    try {
      return await work();
    } finally {
      await giveBack();
      // A lab of which nothing was made leaves no empty folder.
      await rmdir(dirname(layout.dir)).catch(() => undefined);
    }
  }

  /** Does something to a lab that runs. Throws NOT_FOUND, NOT_RUNNING, LOCKED. */
  protected async changeLab<Result>(
    name: string,
    work: (lab: RunningLab) => Promise<Result>,
  ): Promise<Result> {
    const layout = this.place(name);
    await openLab(streamctlHome(), name);
    return await this.alone(layout, async () => await work(await openLab(streamctlHome(), name)));
  }
}
