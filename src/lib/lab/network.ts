/**
 * The network of a lab as lines for `ip -batch`. Pure.
 *
 * The switch is one network namespace: a bridge `br-REGION` for each region, and a veth pair from the bridge (`up-REGION`) to
 * the router's interface (`gw-REGION`), which holds the gateway's address. A machine's `host0` is plugged into its bridge
 * as `v-MACHINE`. So a region is cut off by one link, `up-REGION`, and a machine by `v-MACHINE`; within a cut region the
 * machines still see one another.
 */
import type { LabMachine, LabPlan, LabRegion } from './lab-plan.ts';

/** Lines that make the switch and the router, inside their namespace. */
export function switchLines({ regions }: LabPlan): string[] {
  return ['link set lo up', ...regions.flatMap(regionLines)];
}

/** The bridge answers no ARP: the router's address must be reached over the link that a cut takes down. */
function regionLines({ name, gateway }: LabRegion): string[] {
  return [
    `link add br-${name} type bridge`,
    `link set br-${name} arp off up`,
    `link add gw-${name} type veth peer name up-${name}`,
    `link set up-${name} master br-${name} up`,
    `address add ${gateway}/24 dev gw-${name}`,
    `link set gw-${name} up`,
  ];
}

/** The switch passes packets on, whichever way they came. */
export const SWITCH_SETTINGS =
  'echo 1 >/proc/sys/net/ipv4/ip_forward; for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$f"; done';

/** Lines that plug a machine in, inside its own namespace; `switchPid` is a process of the switch. */
export function machineLines(machine: LabMachine, { gateway }: LabRegion, switchPid: number): string[] {
  return [
    'link set lo up',
    `link add host0 address ${hardwareAddressOf(machine)} type veth peer name ${plugOf(machine.name)} netns ${switchPid}`,
    `address add ${machine.address}/24 dev host0`,
    'link set host0 up',
    `route add default via ${gateway}`,
  ];
}

/**
 * Lines that pull out the plug that a machine left when its power was cut: its namespace lives on for as long as
 * a connection of its waits for an answer.
 */
export function unplugLines(machine: LabMachine): string[] {
  return [`link delete ${plugOf(machine.name)}`];
}

/** Lines that put a machine's plug into its bridge, inside the switch; a machine that is cut stays dark. */
export function plugLines(machine: LabMachine, isCut: boolean): string[] {
  return [`link set ${plugOf(machine.name)} master br-${machine.region} ${isCut ? 'down' : 'up'}`];
}

/** The one link that ties a region or a machine to the rest. */
export function tieOf(plan: LabPlan, name: string): string {
  return plan.regions.some((region) => region.name === name) ? `up-${name}` : plugOf(name);
}

function plugOf(machine: string): string {
  return `v-${machine}`;
}

/** The device through which packets between two regions go while they are delayed: `wan-1-2`. */
export function delayDevice({ regions }: LabPlan, one: LabRegion, other: LabRegion): string {
  return `wan-${regions.indexOf(one) + 1}-${regions.indexOf(other) + 1}`;
}

/** Lines that lead packets between two regions through a device, both ways. */
export function delayLines(device: string, [one, other]: readonly [LabRegion, LabRegion]): string[] {
  const table = 100 + Number(device.replaceAll(/\D/g, ''));
  const rule = (from: LabRegion, to: LabRegion) =>
    `rule add priority ${table} iif gw-${from.name} to ${to.subnet} lookup ${table}`;
  return [
    `link set ${device} up`,
    `route replace default dev ${device} table ${table}`,
    rule(one, other),
    rule(other, one),
  ];
}

/** The same at each boot: whoever spoke to the machine before would else speak to a card that is gone. */
function hardwareAddressOf({ address }: LabMachine): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', '00', ...bytes].join(':');
}
