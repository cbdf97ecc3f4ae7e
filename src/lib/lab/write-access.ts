/** Files through which the machines are reached, and those by which a machine knows who may come in. */
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWholeFile } from '../provision/write-file.ts';
import { ensureKey } from './ensure-key.ts';
import { formatInventory, formatKnownHosts, formatSshConfig } from './inventory.ts';
import type { LabMachine, LabPlan } from './lab-plan.ts';
import { type LabLayout, machineLayout } from './layout.ts';
import { LAST_FILE, machineFiles } from './machine-files.ts';

/** Makes the keys that are missing, and writes inventory, ssh configuration and known hosts. */
export async function writeAccess(
  plan: LabPlan,
  layout: LabLayout,
  { switchPid, program }: { readonly switchPid: number; readonly program: string },
): Promise<void> {
  await mkdir(layout.ssh, { recursive: true, mode: 0o700 });
  await ensureKey(layout.key, 'lab');
  const hostKeys = await Promise.all(
    plan.machines.map(async ({ name }) => {
      const { hostKey } = machineLayout(layout, name);
      return [name, await ensureKey(hostKey, name)] as const;
    }),
  );
  await writeWholeFile(layout.knownHosts, formatKnownHosts(plan.machines, new Map(hostKeys)));
  await writeWholeFile(layout.sshConfig, formatSshConfig(plan, layout, switchPid));
  await writeWholeFile(layout.inventory, formatInventory(plan, layout, program));
}

/** Writes a machine's own files onto its disk; the machine must be off. */
export async function writeDisk(machine: LabMachine, plan: LabPlan, layout: LabLayout): Promise<void> {
  const { upper } = machineLayout(layout, machine.name);
  const publicKey = await ensureKey(layout.key, 'lab');
  for (const { path, text, mode } of machineFiles(machine, plan, publicKey)) {
    const file = join(upper, path);
    await makeFolders(upper, dirname(path));
    await writeWholeFile(file, text, mode);
  }
}

/** Whether all of them are there: a `lab up` that was stopped leaves machines without a key that would let anybody in. */
export function isDiskWritten({ name }: LabMachine, layout: LabLayout): boolean {
  return existsSync(join(machineLayout(layout, name).upper, LAST_FILE));
}

/** Folders over those of the root file system: everybody may enter them, whatever our umask is. */
async function makeFolders(upper: string, path: string): Promise<void> {
  const parts = path.split('/');
  const folders = parts.map((_, index) => join(upper, ...parts.slice(0, index + 1)));
  for (const folder of [upper, ...folders]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
}
