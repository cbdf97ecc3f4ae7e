/** What distinguishes one machine's disk from another's: small files over the common root file system. Pure. */
import type { LabMachine, LabPlan } from './lab-plan.ts';

export interface MachineFile {
  /** Below the machine's root. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Written last: where it is the others are. */
export const LAST_FILE = 'etc/ssh/sshd_config.d/lab.conf';

/** Returns the files of a machine that lets in who has the key, as admin (who may sudo) and as root. */
export function machineFiles(machine: LabMachine, plan: LabPlan, publicKey: string): MachineFile[] {
  const others = plan.machines.map(({ name, address }) => `${address} ${name}`);
  const names = ['127.0.0.1 localhost', ...others];
  return [
    { path: 'etc/hostname', text: `${machine.name}\n`, mode: 0o644 },
    { path: 'etc/hosts', text: `${names.join('\n')}\n`, mode: 0o644 },
    // Empty: systemd makes its own at the first boot.
    { path: 'etc/machine-id', text: '', mode: 0o444 },
    { path: 'etc/ssh/lab_authorized_keys', text: `${publicKey.trim()}\n`, mode: 0o644 },
    { path: LAST_FILE, text: SSHD, mode: 0o644 },
  ];
}

const SSHD = `HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/lab_authorized_keys
PasswordAuthentication no
PermitRootLogin prohibit-password
UseDNS no
`;
