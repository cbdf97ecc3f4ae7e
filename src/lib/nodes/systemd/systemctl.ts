/** Asking systemd through its own command. */
import { runTool } from '../run-tool.ts';

/** Longer than any unit takes to stop. */
const TIMEOUT_MS = 60_000;
const HINT = 'Look at the unit with systemctl status and journalctl -u on that machine.';

/** Runs systemctl and returns what it printed. Throws ENVIRONMENT with its words; `what` is what is being done. */
export async function systemctl(what: string, args: readonly string[]): Promise<string> {
  const argv = ['systemctl', '--no-ask-password', ...args];
  return await runTool({ what, argv, timeoutMs: TIMEOUT_MS, hint: HINT });
}

export interface SystemdState {
  /** active, activating, deactivating, inactive, failed, reloading. */
  readonly active: string;
  readonly pid: number | null;
  /** What systemd knows of the unit is older than its file. */
  readonly isOutdated: boolean;
}

/** Asks what systemd knows of a unit; one that it never heard of is inactive. */
export async function showUnit(id: string): Promise<SystemdState> {
  const text = await systemctl(`look at ${id}`, [
    'show',
    '--property=ActiveState,MainPID,NeedDaemonReload',
    id,
  ]);
  const values = new Map(text.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const pid = Number(values.get('MainPID'));
  return {
    active: values.get('ActiveState') ?? 'inactive',
    pid: pid > 0 ? pid : null,
    isOutdated: values.get('NeedDaemonReload') === 'yes',
  };
}
