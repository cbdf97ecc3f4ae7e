/** What one ssh call tells of a machine before anything of ours is there: the script, and what it says as facts. Pure. */
import { type AsRoot, ROOT_FUNCTION } from '../../ssh/become-root.ts';

/** A port that something on the machine listens on. */
export interface Listener {
  readonly kind: 'tcp' | 'udp';
  /** `0.0.0.0`, `*` for all of both kinds, `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** Null: the kernel, or nobody that may be seen. */
  readonly pid: number | null;
  readonly command: string;
  /** Name of the systemd unit of a cluster that it belongs to, without `.service`; null: none. */
  readonly unit: string | null;
}

export interface MachineFacts {
  /** `ID` and `VERSION_ID` of os-release. */
  readonly distribution: string;
  readonly release: string;
  /** As `uname -m` says it. */
  readonly architecture: string;
  readonly systemd: boolean;
  readonly user: string;
  readonly root: boolean;
  /** What sudo said when it was asked to become root; empty when it did. */
  readonly sudo: string;
  /** sudo was given a password. */
  readonly sudoPassword: boolean;
  readonly freeMb: number;
  readonly cores: number;
  /** Versions of packages that are installed, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Names below the cluster's `program/` folder, the one that came last first. */
  readonly programs: readonly string[];
  /** Versions of those that say theirs, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Names below the cluster's `nodes/` folder. */
  readonly nodes: readonly string[];
  /** What is listened on; empty where that cannot be asked. */
  readonly listeners: readonly Listener[];
  /** The most open files that systemd can allow a unit. */
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
  /** What goes before a command that takes root. */
  readonly asRoot: AsRoot;
}

/** Said when the facts are over; each line that comes then is answered with the time in nanoseconds. */
export const CLOCK_READY = 'clock=ready';

/**
 * Formats the script: POSIX sh, needs nothing but what every Debian has. Its input begins with a line for sudo, empty when there
 * is no password.
 */
export function formatFactsScript(clusterDir: string, packages: readonly string[]): string {
  return [
    'export LC_ALL=C',
    'ID=; VERSION_ID=; [ -r /etc/os-release ] && . /etc/os-release',
    'echo "distribution=$ID"; echo "release=$VERSION_ID"; echo "architecture=$(uname -m)"',
    '[ -d /run/systemd/system ] && echo systemd=yes',
    'echo "user=$(id -un)"; [ "$(id -u)" = 0 ] && echo root=yes',
    ROOT_FUNCTION,
    '[ $by = password ] && echo sudoPassword=yes',
    // Asked no more once it was refused: a login may be locked after three wrong passwords.
    'said=$(root true 2>&1) || { echo "sudo=$(echo "$said" | tail -n 1)x"; root() { return 1; }; }',
    'set -- $(df -Pk /var/lib | tail -n 1); echo "freeKb=$4"',
    'echo "cores=$(nproc)"; echo "openFiles=$(root sed -n "s/^Max open files *[^ ]* *\\([^ ]*\\).*/\\1/p" /proc/1/limits)"; echo "backlog=$(cat /proc/sys/net/core/somaxconn)"',
    `dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' ${packages.join(' ')} 2>/dev/null | sed -n 's/^installed /package=/p'`,
    ...LISTENERS,
    // A careful administrator's umask may keep the login out of root's folders. The program that came last is first.
    `root ls -tc '${clusterDir}/program' 2>/dev/null | sed -n '/\\.gz/!s/^/program=/p' | grep -v '\\.\\(new\\|part\\)$'`,
    `root sh -c "cd '${clusterDir}/program' && grep -H . */version" 2>/dev/null | sed -n 's|^\\([^/]*\\)/version:|version=\\1 |p'`,
    `root ls '${clusterDir}/nodes' 2>/dev/null | sed 's/^/node=/'`,
    `echo ${CLOCK_READY}`,
    'while read -r _; do date +%s%N; done',
  ].join('\n');
}

/** What is listened on, and which process is of which unit. Root alone sees whose a port is; with hidepid, it alone sees who runs. */
const LISTENERS = [
  "root ss -Hlntup 2>/dev/null | sed 's/^/listens=/'",
  `root sh -c "grep -Ho 'streamctl-[^/]*\\.service' /proc/[0-9]*/cgroup" 2>/dev/null | sed 's/^/unit=/'`,
];

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
    sudoPassword: one('sudoPassword') === 'yes',
    freeMb: Math.floor(Number(one('freeKb')) / 1024),
    cores: Number(one('cores')) || 1,
    packages: Object.fromEntries(all('package').map((line) => line.split(' ') as [string, string])),
    programs: all('program'),
    versions: Object.fromEntries(all('version').map((line) => line.split(' ') as [string, string])),
    nodes: all('node'),
    listeners: all('listens').map((line) => parseListener(line, parseUnits(all('unit')))),
    backlog: Number(one('backlog')),
    openFiles: one('openFiles') === 'unlimited' ? Number.POSITIVE_INFINITY : Number(one('openFiles')),
  };
}

/** Of lines of ss(8): kind, state, two queues, own place, other place, and who if that may be seen. */
function parseListener(line: string, units: ReadonlyMap<number, string>): Listener {
  const [kind, , , , place = '', , ...who] = line.trim().split(/\s+/);
  const at = place.lastIndexOf(':');
  const [, command = '', pid] = /\("(.*?)",pid=(\d+)/.exec(who.join(' ')) ?? [];
  return {
    kind: kind === 'udp' ? 'udp' : 'tcp',
    address: place.slice(0, at),
    port: Number(place.slice(at + 1)),
    pid: pid === undefined ? null : Number(pid),
    command,
    unit: units.get(Number(pid)) ?? null,
  };
}

/** Names of units by pid, of lines `/proc/812/cgroup:streamctl-charity-agent.service`. */
function parseUnits(lines: readonly string[]): ReadonlyMap<number, string> {
  return new Map(
    lines.flatMap((line): [number, string][] => {
      const [, pid, unit] = /^\/proc\/(\d+)\/cgroup:(.*)\.service$/.exec(line) ?? [];
      return pid === undefined || unit === undefined ? [] : [[Number(pid), unit]];
    }),
  );
}
