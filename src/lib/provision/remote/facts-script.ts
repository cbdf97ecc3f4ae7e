/** What one ssh call tells of a machine before anything of ours is there: the script, and what it says as facts. Pure. */

export interface MachineFacts {
  /** `ID` and `VERSION_ID` of os-release. */
  readonly distribution: string;
  readonly release: string;
  /** As `uname -m` says it. */
  readonly architecture: string;
  readonly systemd: boolean;
  readonly user: string;
  readonly root: boolean;
  /** What sudo said when it was asked to become root without a password; empty when it may. */
  readonly sudo: string;
  readonly freeMb: number;
  readonly cores: number;
  /** Versions of packages that are installed, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Names below the cluster's `program/` folder. */
  readonly programs: readonly string[];
  /** Names below the cluster's `nodes/` folder. */
  readonly nodes: readonly string[];
  /** Limit of open files of a process that root starts. */
  readonly openFiles: number;
  /** Connections that may wait to be taken (net.core.somaxconn). */
  readonly backlog: number;
}

/** What a machine said, and how far its clock is off. */
export interface Machine extends MachineFacts {
  /** Their clock minus ours, milliseconds. */
  readonly clockOffsetMs: number;
  /** The offset may be wrong by so much: half the quickest round trip. */
  readonly clockErrorMs: number;
  /** What goes before a command that takes root: `sudo -n `, or nothing. */
  readonly asRoot: '' | 'sudo -n ';
}

/** Said when the facts are over; each line that comes then is answered with the time in nanoseconds. */
export const CLOCK_READY = 'clock=ready';

/** Formats the script: POSIX sh, needs nothing but what every Debian has. */
export function formatFactsScript(clusterDir: string, packages: readonly string[]): string {
  return [
    'export LC_ALL=C',
    'ID=; VERSION_ID=; [ -r /etc/os-release ] && . /etc/os-release',
    'echo "distribution=$ID"; echo "release=$VERSION_ID"; echo "architecture=$(uname -m)"',
    '[ -d /run/systemd/system ] && echo systemd=yes',
    'echo "user=$(id -un)"; [ "$(id -u)" = 0 ] && echo root=yes',
    'if [ "$(id -u)" != 0 ]; then said=$(sudo -n true 2>&1) || echo "sudo=$(echo "$said" | tail -n 1)x"; fi',
    'set -- $(df -Pk /var/lib | tail -n 1); echo "freeKb=$4"',
    'echo "cores=$(nproc)"; echo "openFiles=$(ulimit -Hn)"; echo "backlog=$(cat /proc/sys/net/core/somaxconn)"',
    `dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' ${packages.join(' ')} 2>/dev/null | sed -n 's/^installed /package=/p'`,
    // A careful administrator's umask may keep the login out of root's folders.
    '[ "$(id -u)" = 0 ] && asroot= || asroot="sudo -n"',
    `$asroot ls '${clusterDir}/program' 2>/dev/null | sed -n '/\\.gz/!s/^/program=/p' | grep -v '\\.\\(new\\|part\\)$'`,
    `$asroot ls '${clusterDir}/nodes' 2>/dev/null | sed 's/^/node=/'`,
    `echo ${CLOCK_READY}`,
    'while read -r _; do date +%s%N; done',
  ].join('\n');
}

/** Parses what the script printed before it was ready. */
export function parseFacts(text: string): MachineFacts {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
  });
  const all = (key: string): string[] => pairs.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string): string => all(key)[0] ?? '';
  return {
    distribution: one('distribution'),
    release: one('release'),
    architecture: one('architecture'),
    systemd: one('systemd') === 'yes',
    user: one('user'),
    root: one('root') === 'yes',
    // The mark at its end tells an empty word from none.
    sudo: one('sudo').replace(/x$/, '') || (all('sudo').length > 0 ? 'sudo is not installed' : ''),
    freeMb: Math.floor(Number(one('freeKb')) / 1024),
    cores: Number(one('cores')) || 1,
    packages: Object.fromEntries(all('package').map((line) => line.split(' ') as [string, string])),
    programs: all('program'),
    nodes: all('node'),
    backlog: Number(one('backlog')),
    openFiles: one('openFiles') === 'unlimited' ? Number.POSITIVE_INFINITY : Number(one('openFiles')),
  };
}
