/** `doctor` for a cluster on machines: every machine by itself, their clocks together, and who reaches whom. */
import { settleAtMost } from '../../../base/at-most.ts';
import { toStreamctlError } from '../../../base/errors.ts';
import type { Peer } from '../../../nodes/node-config.ts';
import { targetOf } from '../../../nodes/reach.ts';
import { run, tryRun } from '../../../ssh/run.ts';
import { quoteWord } from '../../../ssh/ssh-arguments.ts';
import type { SshSettings, SshTarget } from '../../../ssh/target.ts';
import { Changes } from '../../changes.ts';
import { type Finding, fine } from '../../checks/check.ts';
import { collectFacts } from '../collect-facts.ts';
import type { Machine } from '../facts-script.ts';
import { programOn } from '../find-program.ts';
import { refuseTakenPorts } from '../find-taken-ports.ts';
import { openHands } from '../hands-session.ts';
import { installPackages } from '../install-packages.ts';
import { findMachineFaults, findSpread, type Mending } from './find-machine-faults.ts';
import { planReach } from './reachability.ts';

export interface Examination {
  readonly ssh: SshSettings;
  readonly peers: readonly Peer[];
  /** Folder of the cluster on a machine. */
  readonly clusterDir: string;
  /** Of the mesh; null: not known. */
  readonly meshPort: number | null;
  /** The built program: dist/. */
  readonly source: string;
  readonly signal: AbortSignal;
}

const MEND_MS = 30_000;

/** Examines all; a machine that cannot be asked is a finding. */
export async function examineMachines(examination: Examination): Promise<Finding[]> {
  const { ssh, peers } = examination;
  const machines = new Map<string, Machine>();
  const results = await settleAtMost(ssh.parallel, peers, async (peer): Promise<Omit<Finding, 'check'>[]> => {
    const target = await targetOf(peer, ssh);
    const machine = await collectFacts(target, examination.clusterDir, examination.signal);
    machines.set(peer.name, machine);
    const own = findMachineFaults(peer.name, machine, createMending(target, machine, examination));
    own.push(findPorts(peer, machine, examination));
    return [...own, ...(await findUnreachable(peer, { target, machine }, examination))];
  });
  const found = results.flatMap((result, at) => {
    const check = peers[at]!.name;
    if (result.status === 'fulfilled') return result.value.map((finding) => ({ check, ...finding }));
    const { message, hint } = toStreamctlError(result.reason);
    return [{ check, state: 'fault' as const, text: message, remedy: hint ?? null, fix: null }];
  });
  return [...found, { check: 'clocks', ...findSpread(machines) }];
}

function findPorts(
  node: Peer,
  machine: Machine,
  { peers, clusterDir, meshPort }: Examination,
): Omit<Finding, 'check'> {
  try {
    refuseTakenPorts(machine, { node, peers, clusterDir, meshPort });
    return fine('its ports are free, or its own');
  } catch (error) {
    const { message, hint, details } = toStreamctlError(error);
    const { facts } = details as { readonly facts: Readonly<Record<string, string>> };
    const text = `${message} by ${facts['held by']}`;
    return { state: 'fault', text, remedy: hint ?? null, fix: null };
  }
}

function createMending(target: SshTarget, { asRoot }: Machine, { source, signal }: Examination): Mending {
  const asShell = async (step: string, script: string): Promise<void> => {
    await run(target, { step, command: `${asRoot}sh -c ${quoteWord(script)}`, timeoutMs: MEND_MS, signal });
  };
  return {
    install: (names) => installPackages(target, { names, asRoot, source, signal }),
    // A machine without any service for it gets the usual one.
    followTime: async () => {
      const command = `${asRoot}timedatectl set-ntp true`;
      const step = 'follow network time';
      const { status } = await tryRun(target, { step, command, timeoutMs: MEND_MS, signal });
      if (status === 0) return;
      await installPackages(target, { names: ['systemd-timesyncd'], asRoot, source, signal });
      await asShell(step, 'timedatectl set-ntp true');
    },
    setKernel: async (settings) => {
      const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
      const file = '/etc/sysctl.d/60-streamctl.conf';
      const script = `printf '%s\\n' ${lines.map(quoteWord).join(' ')} >${file} && sysctl -q -p ${file}`;
      await asShell('set kernel settings', script);
    },
  };
}

/** Asked from the machine itself; nothing to say where the cluster has never been. */
async function findUnreachable(
  peer: Peer,
  { target, machine }: { readonly target: SshTarget; readonly machine: Machine },
  { clusterDir, peers }: Examination,
): Promise<Omit<Finding, 'check'>[]> {
  const program = programOn(clusterDir, machine);
  if (program === null) return [];
  const hands = await openHands(target, program);
  try {
    const units = await hands.ask(
      'units',
      { clusterDir, apply: false, node: peer.name },
      new Changes('plan'),
    );
    if (units.every(({ pid }) => pid === null)) return [fine('no unit runs there')];
    const places = planReach(peer, peers);
    const states = await hands.ask('probe', { clusterDir, apply: false, places }, new Changes('plan'));
    const missed = places.filter((_, at) => states[at] !== 'open');
    if (missed.length === 0) return [fine(`reaches ${places.length} services of the other nodes`)];
    const words = missed.map(({ node, service, port }) => `${service} of ${node} (${port})`).join(', ');
    const remedy = 'Look at those nodes with streamctl status, and at what is between the machines.';
    return [{ state: 'fault', text: `does not reach ${words}`, remedy, fix: null }];
  } finally {
    await hands.close();
  }
}
