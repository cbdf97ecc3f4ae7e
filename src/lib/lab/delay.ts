/**
 * Distance between two regions. The kernels that people have do not all hold netem, so a small process stands in: packets
 * from one region to the other are routed to its TUN device, and it writes them back when their time has come. It is a
 * process of the lab like the others; without it packets go straight on again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { runTool } from '../nodes/run-tool.ts';
import { inNetworkOf } from './in-network-of.ts';
import type { LabPlan, LabRegion } from './lab-plan.ts';
import { endParts, findLabProcesses, startPart } from './lab-processes.ts';
import { delayDevice, delayLines } from './network.ts';
import { checkPlace, type RunningLab } from './ties.ts';

export interface LabDelay {
  readonly regions: readonly [string, string];
  /** Added each way, so that a round trip takes twice as much longer. */
  readonly eachWayMs: number;
}

export const MAX_DELAY_MS = 2000;

/** Sets how much longer packets between two regions take, each way; 0 takes the delay away. Throws NOT_FOUND, USAGE. */
export async function setDelay(lab: RunningLab, { regions, eachWayMs }: LabDelay): Promise<void> {
  const [one, other] = orderPair(lab.plan, regions);
  if (!Number.isInteger(eachWayMs) || eachWayMs < 0 || eachWayMs > MAX_DELAY_MS) {
    throw new StreamctlError('USAGE', `a delay of ${eachWayMs} ms is out of bounds`, {
      hint: `Give whole milliseconds from 0 to ${MAX_DELAY_MS}.`,
    });
  }
  const device = delayDevice(lab.plan, one, other);
  await endParts(lab.layout.dir, (part) => part.startsWith(`${device} `));
  if (eachWayMs === 0) return;
  const enter = inNetworkOf(lab.switchPid, []);
  await startPart({
    labDir: lab.layout.dir,
    part: partName(device, { regions: [one.name, other.name], eachWayMs }),
    argv: [...enter, 'perl', '-e', FORWARDER, device, String(eachWayMs)],
    alone: false,
    log: `${lab.layout.dir}/switch.log`,
  });
  await awaitDevice(lab, device);
  // The rules stay when the device goes; without it they lead nowhere, and packets go straight on.
  const rules = await runTool({ what: 'list the rules of the lab', argv: [...enter, 'ip', 'rule', 'show'] });
  const lines = delayLines(device, [one, other]).filter((line) => !isSet(line, rules));
  await runTool({
    what: `lead packets between ${one.name} and ${other.name} through the delay`,
    argv: [...enter, 'ip', '-batch', '-'],
    input: `${lines.join('\n')}\n`,
  });
}

/** Finds the delays of a lab from its processes. */
export async function findDelays(labDir: string): Promise<LabDelay[]> {
  const parts = (await findLabProcesses(labDir)).map(({ part }) => part.split(' '));
  return parts
    .filter((words) => words.length === 4)
    .map(([, one, other, ms]) => ({ regions: [one!, other!] as const, eachWayMs: Number(ms) }));
}

function isSet(line: string, rules: string): boolean {
  const [, from, table] = /^rule add .* iif (\S+) .* lookup (\d+)$/.exec(line) ?? [];
  return from !== undefined && new RegExp(`iif ${from} lookup ${table}\\b`).test(rules);
}

function partName(device: string, { regions, eachWayMs }: LabDelay): string {
  return [device, ...regions, eachWayMs].join(' ');
}

function orderPair(plan: LabPlan, names: readonly [string, string]): [LabRegion, LabRegion] {
  const pair = plan.regions.filter(({ name }) => names.includes(name));
  if (pair.length === 2) return [pair[0]!, pair[1]!];
  for (const name of names) checkPlace({ ...plan, machines: [] }, name);
  throw new StreamctlError('USAGE', `a delay is between two regions, not ${names.join(' and ')}`, {
    hint: 'Name two regions, as in us eu.',
  });
}

const DEVICE_LIMIT_MS = 10_000;

async function awaitDevice({ layout, switchPid }: RunningLab, device: string): Promise<void> {
  const deadline = performance.now() + DEVICE_LIMIT_MS;
  const argv = inNetworkOf(switchPid, [
    'sh',
    '-c',
    '[ ! -e "/proc/sys/net/ipv4/conf/$1" ] || echo there',
    'is',
    device,
  ]);
  while ((await runTool({ what: `look for the delay ${device}`, argv })).trim() !== 'there') {
    if (performance.now() > deadline) {
      throw new StreamctlError('ENVIRONMENT', 'delay packets: no TUN device came', {
        hint: `This kernel needs CONFIG_TUN and /dev/net/tun; ${layout.dir}/switch.log says more.`,
      });
    }
    await sleep(20);
  }
}

/** Perl, as every Debian has it. Arguments: device, milliseconds. All packets wait alike, so they stay in order. */
const FORWARDER = `use strict; use Time::HiRes qw(time);
my ($name, $ms) = @ARGV;
open(my $tun, '+<', '/dev/net/tun') or die "open /dev/net/tun: $!\\n";
ioctl($tun, 0x400454ca, pack('a16 S x22', $name, 0x1001)) or die "TUNSETIFF $name: $!\\n";
my (@queue, $packet);
for (;;) {
  my $left = @queue ? $queue[0][0] - time : undef;
  my $ready = '';
  vec($ready, fileno($tun), 1) = 1;
  $left = 0 if defined $left && $left < 0;
  if (select($ready, undef, undef, $left) > 0 && sysread($tun, $packet, 65536)) {
    push @queue, [time + $ms / 1000, $packet] if @queue < 50000;
  }
  while (@queue && $queue[0][0] <= time) { syswrite($tun, (shift @queue)->[1]) }
}`;
