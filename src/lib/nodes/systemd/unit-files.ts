/**
 * The units of a node as files. Pure.
 *
 * A unit is kept up without a limit, asked to end by TERM to its main process, and whatever it started ends with it, as
 * under runit. Beside its working directory's other files it leaves two notes: `unit.pid`, which process runs and with
 * which digest it was started, and `last-exit`. So that is read without asking systemd, a thousand times an hour.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { nodeLayout } from '../layout.ts';
import { quote } from '../runit-files.ts';
import type { Unit } from '../service-manager.ts';
import { type Directive, planSandbox } from './sandbox.ts';
import { templateId, type UnitPlace, unitFolder, unitPrefix } from './unit-place.ts';
import { formatCommand, formatEnvironment, formatUnitFile } from './unit-text.ts';

const MINIMAL_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};

/** Systemd's own 100 ms would start a Node that fails ten times a second. */
const RESTART_PAUSE_MS = 250;
/** Of the agent's units, which say nothing of their own to a template. */
const AGENT_UNIT_STOP_SEC = 5;

/** `EXIT_CODE` is exited, killed or dumped; `EXIT_STATUS` a status or the name of a signal. */
const NOTE_EXIT = 'rm -f unit.pid; echo "$EXIT_CODE $EXIT_STATUS $(date +%s%3N)" >last-exit';

export interface UnitFile {
  readonly text: string;
  /** Of all that a process is started with, the sandbox too. */
  readonly digest: string;
}

/** Formats a unit of `up`. */
export function formatStaticUnit(place: UnitPlace, unit: Unit): UnitFile {
  const env = { ...MINIMAL_ENV, ...unit.env, STREAMCTL_CLUSTER_DIR: place.clusterDir };
  const format = (digest: string): string =>
    formatUnitFile(place.clusterDir, [
      ['Unit', describe(place, unit.name)],
      [
        'Service',
        [
          ['WorkingDirectory', unitFolder(place, unit.name, 'static')],
          ...formatEnvironment(env),
          ['ExecStart', formatCommand(unit.argv)],
          ['ExecStartPost', formatCommand(['/bin/sh', '-c', `echo "$MAINPID ${digest}" >unit.pid`])],
          ...supervise(place, { name: unit.name, stopSec: unit.stopTimeoutSec }),
          ...planSandbox(unit.name, [nodeLayout(place.clusterDir, place.node).dir]),
        ],
      ],
      ['Install', [['WantedBy', 'multi-user.target']]],
    ]);
  const digest = digestText(format(''));
  return { text: format(digest), digest };
}

/**
 * Formats the template of the agent's units. An instance runs the script `run` of its folder, which the agent wrote: that
 * gives the agent nothing that it has not, since the script runs as the same user in a sandbox no wider than its own.
 */
export function formatTemplate(place: UnitPlace): string {
  const { dir, services } = nodeLayout(place.clusterDir, place.node);
  return formatUnitFile(place.clusterDir, [
    ['Unit', [...describe(place, '%i'), ['ConditionPathExists', `${services}/%i/run`]]],
    [
      'Service',
      [
        ['WorkingDirectory', `${services}/%i`],
        ['ExecStart', `/bin/sh ${services}/%i/run`],
        ...supervise(place, { name: '%i', stopSec: AGENT_UNIT_STOP_SEC }),
        ...planSandbox('pipeline', [dir]),
      ],
    ],
  ]);
}

/** Formats the script of one of the agent's units. */
export function formatRunScript(place: UnitPlace, unit: Unit): UnitFile {
  const env = { ...MINIMAL_ENV, ...unit.env, STREAMCTL_CLUSTER_DIR: place.clusterDir };
  const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const command = ['env', '-i', ...words, ...unit.argv].map(quote).join(' ');
  const digest = digestText(command);
  return { text: `#!/bin/sh\necho "$$ ${digest}" >unit.pid\nexec ${command}\n`, digest };
}

/** Where the agent asks for its units to be started and stopped. */
export function doorSocket(place: UnitPlace): string {
  return `/run/${unitPrefix(place)}-units`;
}

/**
 * What root's side of the door does, once for each connection: it reads a verb and a name, and starts or stops the
 * instance of the template that has this name. Nothing else gets through: the name's characters are looked at, and it is
 * one word behind a fixed prefix.
 */
function doorScript(place: UnitPlace): string {
  const instance = templateId(place).replace('@.', '@$name.');
  return [
    'read -r verb name',
    'case $verb in start|stop|restart) ;; *) echo "no such verb"; exit ;; esac',
    'case $name in ""|-*|*[!a-z0-9-]*) echo "no name of a unit"; exit ;; esac',
    `exec 2>&1; systemctl "$verb" "${instance}" && echo done`,
  ].join('\n');
}

/** Formats the door: a socket that the agent's user alone may open, and what answers there, by file name. */
export function formatDoor(place: UnitPlace): Readonly<Record<string, string>> {
  const name = `${unitPrefix(place)}-units`;
  const description: Directive = [
    'Description',
    `streamctl ${basename(place.clusterDir)}: the agent's units`,
  ];
  return {
    [`${name}.socket`]: formatUnitFile(place.clusterDir, [
      ['Unit', [description]],
      [
        'Socket',
        [
          ['ListenStream', doorSocket(place)],
          ['SocketUser', 'streamctl'],
          ['SocketMode', '0600'],
          ['Accept', 'yes'],
          ['MaxConnections', '64'],
          ['TriggerLimitIntervalSec', '0'],
          ['RemoveOnStop', 'yes'],
        ],
      ],
      ['Install', [['WantedBy', 'sockets.target']]],
    ]),
    [`${name}@.service`]: formatUnitFile(place.clusterDir, [
      ['Unit', [description, ['CollectMode', 'inactive-or-failed'], ['StartLimitIntervalSec', '0']]],
      [
        'Service',
        [
          ['ExecStart', formatCommand(['/bin/sh', '-c', doorScript(place)])],
          ['Environment', 'LC_ALL=C'],
          ['StandardInput', 'socket'],
          ['StandardOutput', 'socket'],
          ['StandardError', 'journal'],
          ['TimeoutStartSec', '30'],
          ['LogLevelMax', 'notice'],
          ['NoNewPrivileges', 'yes'],
          ['CapabilityBoundingSet', ''],
          ['ProtectSystem', 'strict'],
          ['ProtectHome', 'yes'],
          ['RestrictAddressFamilies', 'AF_UNIX'],
          ['PrivateTmp', 'yes'],
          ['SystemCallFilter', '@system-service'],
        ],
      ],
    ]),
  };
}

function describe({ clusterDir }: UnitPlace, name: string): Directive[] {
  return [
    ['Description', `streamctl ${basename(clusterDir)}: ${name}`],
    ['After', 'network.target'],
    ['StartLimitIntervalSec', '0'],
  ];
}

function supervise(
  place: UnitPlace,
  { name, stopSec }: { readonly name: string; readonly stopSec: number },
): Directive[] {
  return [
    ['Type', 'exec'],
    ['ExecStopPost', formatCommand(['/bin/sh', '-c', NOTE_EXIT])],
    ['Restart', 'always'],
    ['RestartSec', `${RESTART_PAUSE_MS}ms`],
    ['KillMode', 'mixed'],
    ['TimeoutStopSec', String(stopSec)],
    ['SyslogIdentifier', name],
    ['LogRateLimitIntervalSec', '0'],
    [
      'LogExtraFields',
      [
        `STREAMCTL_CLUSTER=${basename(place.clusterDir)}`,
        `STREAMCTL_NODE=${place.node}`,
        `STREAMCTL_UNIT=${name}`,
      ].join(' '),
    ],
  ];
}

function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
