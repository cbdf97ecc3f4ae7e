/** Starts the undo process on this machine, detached. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { connectKeeper } from './keeper-client.ts';
import type { UndoKeeper } from './undo-action.ts';
import { healRecord } from './undo-process.ts';
import { saveUndoRecord } from './undo-record.ts';

export interface UndoKeeperOptions {
  /** Folder of this drill. */
  readonly runDir: string;
  readonly clusterDir: string;
  /** Program and arguments that run `daemon undo`, without `--config`. */
  readonly program: readonly [string, ...string[]];
  /** Minimal: the undo process needs PATH alone. */
  readonly path: string;
}

/** Starts the undo process; resolves when it is ready. Throws ENVIRONMENT when it does not start. */
export async function startUndoKeeper(options: UndoKeeperOptions): Promise<UndoKeeper> {
  const file = join(options.runDir, 'undo.json');
  await saveUndoRecord(file, { version: 1, clusterDir: options.clusterDir, pid: 0, entries: [] });
  return await connectKeeper(spawnKeeper(options, file), () => healRecord(file, systemClock.nowMs));
}

function spawnKeeper({ program, path, clusterDir, runDir }: UndoKeeperOptions, file: string): ChildProcess {
  const [command, ...args] = program;
  const log = openSync(join(runDir, 'undo.log'), 'a');
  try {
    return spawn(command, [...args, 'daemon', 'undo', '--config', file], {
      detached: true,
      stdio: ['pipe', 'pipe', log],
      // The cluster's folder: `down` finds and ends what carries it.
      env: { PATH: path, STREAMCTL_CLUSTER_DIR: clusterDir },
      cwd: '/',
    });
  } finally {
    closeSync(log);
  }
}
