import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import { readFileOrNull } from '../provision/write-file.ts';
import type { LabMachine } from './lab-plan.ts';
import { findLabProcesses } from './lab-processes.ts';
import { type LabLayout, machineLayout } from './layout.ts';

const BOOT_LIMIT_MS = 90_000;
const PAUSE_MS = 250;

/** Resolves when systemd in the machine says over ssh that it runs. Throws UNHEALTHY with what the machine said last. */
export async function awaitMachine(
  machine: LabMachine,
  layout: LabLayout,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + BOOT_LIMIT_MS;
  for (;;) {
    const state = await askState(machine, layout);
    if (state === 'running') return;
    signal.throwIfAborted();
    if (state === 'degraded') throw await unhealthy(machine, layout, 'some of its units failed');
    if (!(await isOn(machine, layout))) throw await unhealthy(machine, layout, 'it went off while it booted');
    if (performance.now() > deadline) {
      throw await unhealthy(machine, layout, `not ready after ${BOOT_LIMIT_MS / 1000} s`);
    }
    await sleep(PAUSE_MS);
  }
}

/** What `systemctl is-system-running` says over ssh; an empty text while ssh gets no answer. */
export async function askState(machine: LabMachine, layout: LabLayout): Promise<string> {
  const asked = [
    '-F',
    layout.sshConfig,
    '-o',
    'ConnectTimeout=2',
    machine.name,
    'systemctl is-system-running --wait',
  ];
  const { stdout } = await execa('ssh', asked, { reject: false, stdin: 'ignore', timeout: 30_000 });
  return stdout.trim();
}

async function isOn(machine: LabMachine, layout: LabLayout): Promise<boolean> {
  return (await findLabProcesses(layout.dir)).some(({ part }) => part === machine.name);
}

async function unhealthy(machine: LabMachine, layout: LabLayout, why: string): Promise<StreamctlError> {
  const { log } = machineLayout(layout, machine.name);
  const last = ((await readFileOrNull(log)) ?? '').trim().split('\n').slice(-5).join('\n');
  return new StreamctlError('UNHEALTHY', `boot ${machine.name}: ${why}`, {
    hint: `Read ${log}; streamctl lab up tries again.`,
    details: { facts: { 'last lines': last || 'none' } },
  });
}
