/** A machine that boots all of a sudden: nothing is told to end, nothing is written. It comes back by itself. */
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';

/** So that whoever asked for it still gets the answer. */
const LATER = '--on-active=300ms';

export function rebootNode(node: string, { view, nowMs }: FaultContext): Fault {
  peersOf(view, [node]);
  return {
    label: `${node}: reboot its machine`,
    lostNodes: [node],
    touchedNodes: [node],
    lasting: false,
    mediaNodes: [node],
    undo: [],
    inject: async () => {
      const reboot = ['systemctl', 'reboot', '--force', '--force'];
      const timer = ['--quiet', '--collect', LATER, '--timer-property=AccuracySec=10ms'];
      const { failed, stderr } = await execa('systemd-run', [...timer, '--', ...reboot], { reject: false });
      if (failed) throw new StreamctlError('ENVIRONMENT', `reboot ${node}: ${stderr.trim()}`);
      return { atMs: nowMs(), text: 'its machine boots' };
    },
    // The proof is that nobody is there to look.
    bit: async () => null,
  };
}
