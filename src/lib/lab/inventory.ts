/** The texts through which others reach the machines: inventory, ssh configuration, known hosts. Pure. */
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { LabMachine, LabPlan } from './lab-plan.ts';
import type { LabLayout } from './layout.ts';

/** Who logs in: an ordinary user that may sudo without a password. */
export const LAB_USER = 'admin';

/**
 * Formats the inventory, as a spec with `driver: ssh` includes it: how ssh reaches the machines, the regions, and each machine
 * as a node. Every one is origin and edge, the first of each region takes publishers, and the first of all keeps the store;
 * the spec may say otherwise. `program`: folder of streamctl, which switches machines on.
 */
export function formatInventory({ regions, machines }: LabPlan, layout: LabLayout, program: string): string {
  const nodes = machines.map(({ name, region, address }, at) => {
    const first = machines.find((machine) => machine.region === region)!.name === name;
    const roles = [...(at === 0 ? ['store'] : []), ...(first ? ['ingest'] : []), 'origin', 'edge'];
    return { name, region, host: address, roles };
  });
  const ssh = { user: LAB_USER, configFile: layout.sshConfig, powerOn: powerOnCommand(layout, program) };
  const value = { ssh, regions: regions.map(({ name }) => ({ name })), nodes };
  return `# Written by streamctl lab up: include it in a spec that says driver: ssh.\n${stringify(value)}`;
}

/** The lab switches its machines on; whoever runs this need not know where its files are. */
function powerOnCommand({ dir }: LabLayout, program: string): string[] {
  const home = `STREAMCTL_HOME=${dirname(dirname(dir))}`;
  const words = ['lab', 'power-on', '{node}', '--name', basename(dir)];
  return ['env', home, join(program, 'bin/streamctl'), ...words];
}

/**
 * Formats the file for `ssh -F`. The addresses exist inside the lab alone, so ssh goes in through the namespace of the
 * process `switchPid`; that takes root. A machine whose host key is not the one we made is refused.
 */
export function formatSshConfig({ machines }: LabPlan, layout: LabLayout, switchPid: number): string {
  const hosts = machines.map(({ name, address }) => `Host ${name} ${address}\n  HostName ${address}\n`);
  const common = [
    'Host *',
    `  User ${LAB_USER}`,
    `  IdentityFile "${layout.key}"`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile "${layout.knownHosts}"`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  ConnectTimeout 5',
    `  ProxyCommand nsenter --net=/proc/${switchPid}/ns/net nc -N %h %p`,
  ];
  return `${hosts.join('')}${common.join('\n')}\n`;
}

/** Formats known_hosts from the machines' public host keys, by name. */
export function formatKnownHosts(
  machines: readonly LabMachine[],
  publicKeys: ReadonlyMap<string, string>,
): string {
  return machines
    .map(
      ({ name, address }) =>
        `${address},${name} ${publicKeys.get(name)!.trim().split(' ').slice(0, 2).join(' ')}\n`,
    )
    .join('');
}
