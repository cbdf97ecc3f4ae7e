/** The last resort of an undo: a timer of systemd's, which needs none of our processes. Takes root. */
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import type { UndoAlarm } from '../undo/undo-process.ts';

export interface TimerAlarmOptions {
  /** Id of the drill. */
  readonly drill: string;
  /** What heals. */
  readonly command: readonly string[];
  readonly nowMs: () => number;
}

/** Creates an alarm. `set` throws ENVIRONMENT when systemd refuses. */
export function createTimerAlarm({ drill, command, nowMs }: TimerAlarmOptions): UndoAlarm {
  const unitOf = (id: string): string => `streamctl-undo-${drill}-${id}`.replaceAll(/[^A-Za-z0-9-]/g, '-');
  return {
    async set({ id, deadlineMs }) {
      const sec = Math.max(1, Math.ceil((deadlineMs - nowMs()) / 1000));
      const timer = [`--on-active=${sec}`, '--timer-property=AccuracySec=1s'];
      const { failed, stderr } = await execa(
        'systemd-run',
        ['--quiet', '--collect', `--unit=${unitOf(id)}`, ...timer, '--', ...command],
        { reject: false, stdin: 'ignore', timeout: 10_000 },
      );
      if (!failed) return;
      throw new StreamctlError(
        'ENVIRONMENT',
        `arm the undo: systemd-run: ${stderr.trim().split('\n').at(-1)}`,
      );
    },
    async clear(id) {
      await execa('systemctl', ['stop', `${unitOf(id)}.timer`], { reject: false, timeout: 10_000 });
    },
  };
}
