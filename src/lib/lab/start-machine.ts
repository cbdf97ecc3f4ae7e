import { mkdir } from 'node:fs/promises';
import { runTool } from '../nodes/run-tool.ts';
import { controlGroupOf, removeControlGroups } from './control-groups.ts';
import { inNetworkOf } from './in-network-of.ts';
import type { LabMachine, LabPlan } from './lab-plan.ts';
import { endParts, startPart } from './lab-processes.ts';
import { type LabLayout, machineLayout } from './layout.ts';
import { machineLines, plugLines, unplugLines } from './network.ts';
import { awaitOwnNetwork } from './start-switch.ts';

export interface MachinePlace {
  readonly plan: LabPlan;
  readonly layout: LabLayout;
  /** Folder of the root file system below the machine's own disk. */
  readonly root: string;
  readonly switchPid: number;
  readonly isCut: boolean;
}

/**
 * Waits until the network is in place, takes a control group of its own (machines that shared one would end one another's
 * services), puts the machine's disk over the root file system, and boots. /run is covered for systemd-nspawn's own notes.
 * A machine may make tunnels, as a real one may. A machine that boots anew ends systemd-nspawn with status 133.
 * Arguments: root, upper, work, mount point, name, control group.
 */
const BOOT = `set -e
read -r go
while read -r what at kind options rest; do
  case $kind:$options in cgroup2:* | cgroup:*name=systemd*)
    mkdir -p "$at/$6"
    echo 0 >"$at/$6/cgroup.procs" ;;
  esac
done </proc/mounts
mount -t tmpfs run /run
mount -t overlay lab -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
while :; do
  status=0
  systemd-nspawn --quiet --directory="$4" --machine="$5" --boot --register=no --keep-unit \\
    --network-namespace-path=/proc/self/ns/net --capability=CAP_NET_ADMIN --bind=/dev/net/tun \\
    --resolv-conf=off --timezone=off --link-journal=no </dev/null || status=$?
  [ "$status" = 133 ] || exit "$status"
done`;

/** Switches a machine on; resolves when it is plugged in and boots. */
export async function startMachine(machine: LabMachine, place: MachinePlace): Promise<void> {
  const { layout, plan } = place;
  const region = plan.regions.find(({ name }) => name === machine.region)!;
  const files = machineLayout(layout, machine.name);
  await Promise.all([files.upper, files.work, files.root].map((dir) => mkdir(dir, { recursive: true })));
  const group = controlGroupOf(layout.dir, machine.name);
  await removeControlGroups(group);
  const { pid, go } = await startPart({
    labDir: layout.dir,
    part: machine.name,
    argv: ['sh', '-c', BOOT, 'boot', place.root, files.upper, files.work, files.root, machine.name, group],
    alone: true,
    log: files.log,
  });
  try {
    await awaitOwnNetwork(pid);
    await batch(`unplug ${machine.name}`, place.switchPid, unplugLines(machine)).catch(() => undefined);
    await batch(`make the network of ${machine.name}`, pid, machineLines(machine, region, place.switchPid));
    await batch(`plug in ${machine.name}`, place.switchPid, plugLines(machine, place.isCut));
  } catch (error) {
    await endParts(layout.dir, (part) => part === machine.name);
    throw error;
  }
  go();
}

async function batch(what: string, pid: number, lines: readonly string[]): Promise<void> {
  await runTool({ what, argv: inNetworkOf(pid, ['ip', '-batch', '-']), input: `${lines.join('\n')}\n` });
}
