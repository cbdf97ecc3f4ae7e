/** How a lab is: what runs, and what is cut off. */
import { findDelays, type LabDelay } from './delay.ts';
import type { LabMachine, LabPlan } from './lab-plan.ts';
import { findLabProcesses, SWITCH } from './lab-processes.ts';
import type { LabLayout } from './layout.ts';
import type { LabRecord } from './record.ts';

export interface MachineState extends LabMachine {
  readonly state: 'on' | 'off';
  /** Itself, or with its region. */
  readonly cut: boolean;
}

export interface LabStatus {
  readonly lab: string;
  /** `whole`: all machines are on, nothing is cut. */
  readonly state: 'whole' | 'broken' | 'down';
  readonly machines: readonly MachineState[];
  /** Regions and machines that were cut off. */
  readonly cut: readonly string[];
  readonly delays: readonly LabDelay[];
  readonly inventory: string;
  readonly sshConfig: string;
}

/** Collects the state of a lab from this machine's processes; asks no machine. */
export async function collectLabStatus(
  record: LabRecord,
  plan: LabPlan,
  layout: LabLayout,
): Promise<LabStatus> {
  const running = new Set((await findLabProcesses(layout.dir)).map(({ part }) => part));
  const machines = plan.machines.map((machine) => ({
    ...machine,
    state: running.has(machine.name) ? ('on' as const) : ('off' as const),
    cut: record.cut.includes(machine.name) || record.cut.includes(machine.region),
  }));
  const whole = machines.every(({ state, cut }) => state === 'on' && !cut);
  return {
    lab: record.name,
    state: running.has(SWITCH) ? (whole ? 'whole' : 'broken') : 'down',
    machines,
    cut: record.cut,
    delays: await findDelays(layout.dir),
    inventory: layout.inventory,
    sshConfig: layout.sshConfig,
  };
}
