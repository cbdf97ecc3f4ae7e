import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { runTool } from '../nodes/run-tool.ts';
import { inNetworkOf } from './in-network-of.ts';
import type { LabPlan } from './lab-plan.ts';
import { endParts, findLabProcesses, SWITCH, startPart } from './lab-processes.ts';
import type { LabLayout } from './layout.ts';
import { SWITCH_SETTINGS, switchLines } from './network.ts';

/** Waits to be told that the network is whole, then holds the namespace for as long as the lab is there. */
const HOLD = 'read -r go && exec sleep infinity';

/** Finds the switch of a lab: a process in its namespace; null when there is none. */
export async function findSwitch(labDir: string): Promise<number | null> {
  return (await findLabProcesses(labDir)).find(({ part }) => part === SWITCH)?.pid ?? null;
}

/** Starts the switch with its bridges and the router; returns a process in its network. */
export async function startSwitch(plan: LabPlan, layout: LabLayout): Promise<number> {
  const { pid, go } = await startPart({
    labDir: layout.dir,
    part: SWITCH,
    argv: ['sh', '-c', HOLD],
    alone: true,
    log: join(layout.dir, 'switch.log'),
  });
  try {
    await awaitOwnNetwork(pid);
    await runTool({
      what: 'make the bridges of the lab',
      argv: inNetworkOf(pid, ['ip', '-batch', '-']),
      input: `${switchLines(plan).join('\n')}\n`,
    });
    await runTool({
      what: 'make the lab forward packets',
      argv: inNetworkOf(pid, ['sh', '-c', SWITCH_SETTINGS]),
    });
  } catch (error) {
    await endParts(layout.dir, (part) => part === SWITCH);
    throw error;
  }
  go();
  return pid;
}

const OWN_LIMIT_MS = 10_000;

/** Resolves when a process has left our network: before, whatever is done to its network is done to this machine's. */
export async function awaitOwnNetwork(pid: number): Promise<void> {
  const ours = await readlink('/proc/self/ns/net');
  const deadline = performance.now() + OWN_LIMIT_MS;
  for (;;) {
    const theirs = await readlink(`/proc/${pid}/ns/net`).catch(() => null);
    if (theirs !== null && theirs !== ours) return;
    if (theirs === null || performance.now() > deadline) {
      throw new StreamctlError('ENVIRONMENT', 'make a network namespace: unshare did not', {
        hint: 'Namespaces must be allowed here: run it outside of a container.',
      });
    }
    await sleep(5);
  }
}
