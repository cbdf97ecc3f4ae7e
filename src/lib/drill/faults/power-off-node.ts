/**
 * A machine whose power goes: nothing is told to end, nothing is written, and it does not come back by itself. Who switches
 * it on is said by the spec (`ssh.powerOn`), as no machine can do that itself; the undo runs that command from outside.
 */
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { loadClusterRecord, viewOf } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { targetOf } from '../../nodes/reach.ts';
import { runTool } from '../../nodes/run-tool.ts';
import { runArguments } from '../../ssh/ssh-arguments.ts';
import type { SshSettings } from '../../ssh/target.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';

/** What switches a machine on, and how to tell that it booted since. */
export interface PowerOn {
  readonly node: string;
  /** Program and arguments, to be run on the operator's machine. */
  readonly command: readonly string[];
  /** Of the boot before the fault. */
  readonly bootId: string;
}

/** So that whoever asked for it still gets the answer. */
const LATER = '--on-active=300ms';
const COMMAND_MS = 50_000;
const ASK_MS = 5_000;
/** A machine that still runs may be about to go off. */
const LOOK_AGAIN_MS = 1_000;
const LOOKS = 5;

/** Throws USAGE when nobody can switch the machine on again, ENVIRONMENT when it does not answer by ssh. */
export async function powerOffNode(node: string, { view, nowMs }: FaultContext): Promise<Fault> {
  const peer = peersOf(view, [node])[0]!;
  return {
    label: `${node}: switch its machine off`,
    lostNodes: [node],
    touchedNodes: [node],
    lasting: true,
    mediaNodes: [node],
    // On the machine itself nobody is left to undo anything.
    undo: view.ssh === null ? [] : [{ kind: 'power-on', ...(await planPowerOn(peer, view.ssh)) }],
    inject: async () => {
      const off = ['systemctl', 'poweroff', '--force', '--force'];
      const timer = ['--quiet', '--collect', LATER, '--timer-property=AccuracySec=10ms'];
      await runTool({ what: `switch ${node} off`, argv: ['systemd-run', ...timer, '--', ...off] });
      return { atMs: nowMs(), text: 'its power goes' };
    },
    // The proof is that nobody is there to look.
    bit: async () => null,
  };
}

async function planPowerOn(peer: Peer, ssh: SshSettings): Promise<PowerOn> {
  const command = formatPowerOn(peer, ssh);
  const bootId = await loadBootId(peer, ssh);
  if (bootId !== null) return { node: peer.name, command, bootId };
  throw new StreamctlError('ENVIRONMENT', `ask ${peer.name} for its boot id: it does not answer by ssh`, {
    hint: 'Look at streamctl doctor.',
  });
}

/** The command that switches a node's machine on. Throws USAGE when the spec has none. Pure. */
export function formatPowerOn({ name, host, address }: Peer, { powerOn }: SshSettings): string[] {
  if (powerOn !== undefined)
    return powerOn.map((word) => word.replaceAll('{node}', name).replaceAll('{host}', host ?? address));
  throw new StreamctlError('USAGE', `drill power-off ${name}: nobody could switch its machine on again`, {
    hint: 'Say in the spec how that is done, and run streamctl up: ssh: { powerOn: [PROGRAM, "{node}"] }.',
  });
}

/**
 * Switches a machine on until it has booted anew. One that still runs may be about to go off, so it is looked at for a
 * while; one that was never switched off stays as it is. Throws ENVIRONMENT when the command fails.
 */
export async function powerOnNode(clusterDir: string, { node, command, bootId }: PowerOn): Promise<void> {
  const record = await loadClusterRecord(clusterDir);
  const view = record === null ? null : viewOf(record, clusterDir);
  const peer = view?.peers.find(({ name }) => name === node);
  for (let look = 1; ; look++) {
    await runPowerOn(node, command);
    if (peer === undefined || view?.ssh == null) return;
    const boot = await loadBootId(peer, view.ssh);
    if (boot === null) return await runPowerOn(node, command);
    if (boot !== bootId || look === LOOKS) return;
    await sleep(LOOK_AGAIN_MS);
  }
}

async function runPowerOn(node: string, command: readonly string[]): Promise<void> {
  // What it starts is none of the cluster's processes, and may want the home that the undo process does not need.
  const surroundings = ['env', '-u', 'STREAMCTL_CLUSTER_DIR', `HOME=${homedir()}`];
  await runTool({
    what: `switch ${node} on`,
    argv: [...surroundings, ...command],
    timeoutMs: COMMAND_MS,
    hint: 'Switch the machine on by hand, and mend ssh.powerOn of the spec.',
  });
}

/** The id of a machine's boot, over a connection of its own; null when it does not answer in time. */
async function loadBootId(peer: Peer, ssh: SshSettings): Promise<string | null> {
  const target = await targetOf(peer, ssh);
  const ask = ['-o', 'ControlPath=none', ...runArguments(target, 'cat /proc/sys/kernel/random/boot_id')];
  const { failed, stdout } = await execa('ssh', ask, { reject: false, stdin: 'ignore', timeout: ASK_MS });
  return failed ? null : stdout.trim();
}
