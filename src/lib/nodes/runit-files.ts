/** The files of a runit service, from a unit. Pure. */
import { createHash } from 'node:crypto';
import type { Unit } from './service-manager.ts';

export interface RunitFilesOptions {
  /** Every process of the unit finds it in its environment as STREAMCTL_CLUSTER_DIR. */
  readonly clusterDir: string;
  /** Folder of svlogd for this unit. */
  readonly logDir: string;
}

/** Path inside the service folder, text, and mode of each file. */
export interface RunitFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** The environment of a unit before its own: nothing is inherited from whoever ran `up`. */
const MINIMAL_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
} as const;

/**
 * Formats the files of a service folder.
 *
 * The unit leads a process group of its own. Whenever it ends, `finish` kills what is left of the group (an ffmpeg
 * that outlived its pipeline) and notes how it ended; `run` does the same for a unit whose supervisor was killed,
 * because then nobody ran `finish`.
 */
export function formatRunitFiles(unit: Unit, options: RunitFilesOptions): RunitFile[] {
  const env = { ...MINIMAL_ENV, ...unit.env, STREAMCTL_CLUSTER_DIR: options.clusterDir };
  const assignments = Object.entries(env).map(([key, value]) => quote(`${key}=${value}`));
  const digest = digestUnit(unit);
  const run = [
    '#!/bin/sh',
    'exec 2>&1',
    'umask 022',
    'read -r old _ 2>/dev/null < unit.pid',
    `if [ -n "$old" ] && grep -qzxF ${quote(`STREAMCTL_CLUSTER_DIR=${options.clusterDir}`)} "/proc/$old/environ" 2>/dev/null; then`,
    '  kill -KILL "-$old" 2>/dev/null',
    'fi',
    `echo "$$ ${digest}" > unit.pid`,
    'ulimit -n "$(ulimit -Hn)" 2>/dev/null',
    `exec env -i ${assignments.join(' ')} chpst -P ${unit.argv.map(quote).join(' ')}`,
    '',
  ];
  const finish = [
    '#!/bin/sh',
    'read -r old _ 2>/dev/null < unit.pid && kill -KILL "-$old" 2>/dev/null',
    'rm -f unit.pid',
    'echo "$1 $2 $(date +%s%3N)" > last-exit',
    '',
  ];
  const log = ['#!/bin/sh', `exec svlogd -tt ${quote(options.logDir)}`, ''];
  return [
    { path: 'run', text: run.join('\n'), mode: 0o755 },
    { path: 'finish', text: finish.join('\n'), mode: 0o755 },
    { path: 'log/run', text: log.join('\n'), mode: 0o755 },
    { path: 'stop-timeout', text: `${unit.stopTimeoutSec}\n`, mode: 0o644 },
  ];
}

/** Returns a digest of all that a process of the unit is started with; `unit.pid` says it beside the pid. */
export function digestUnit(unit: Unit): string {
  return createHash('sha256')
    .update(JSON.stringify([unit.argv, unit.env]))
    .digest('hex')
    .slice(0, 16);
}

/** svlogd's settings: 2 MB a file, four old ones, fewer when the disk is full. */
export const SVLOGD_CONFIG = 's2000000\nn4\nN1\n';

/** Quotes a word for sh. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
