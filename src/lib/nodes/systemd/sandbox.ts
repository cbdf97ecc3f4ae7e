/** What a unit may do on its machine: nothing but to write to its node's folder and to talk over the network. Pure. */
import { SYSTEM_USER } from './unit-place.ts';

/** One line of a unit file's [Service] section. */
export type Directive = readonly [key: string, value: string];

/** Room for 10,000 viewers of one edge and as many connections to its origin; the machine's own limit if that is lower. */
const OPEN_FILES = 65_536;

interface Share {
  /** Of the machine's memory; a unit that wants more is ended and started again. */
  readonly memoryPercent: number;
  /**
   * Against the other units when there is not enough: 100 is the usual. A share and no ceiling, since an encoder or an
   * origin that is held back for the rest of a period is dead air, while the machine has time to spare.
   */
  readonly cpuWeight: number;
  readonly tasks: number;
}

/** What keeps viewers playing comes before what encodes: a crowded node drops frames of a stream, not all streams. */
const SHARES: Readonly<Record<string, Share>> = {
  agent: { memoryPercent: 25, cpuWeight: 300, tasks: 256 },
  redis: { memoryPercent: 50, cpuWeight: 400, tasks: 64 },
  'nginx-ingest': { memoryPercent: 30, cpuWeight: 400, tasks: 64 },
  'nginx-edge': { memoryPercent: 50, cpuWeight: 400, tasks: 256 },
  contribution: { memoryPercent: 40, cpuWeight: 400, tasks: 256 },
  origin: { memoryPercent: 60, cpuWeight: 400, tasks: 256 },
};
const OTHER_SHARE: Share = { memoryPercent: 50, cpuWeight: 100, tasks: 512 };

/** Returns what a unit is allowed; `writable` are the only folders of the disk that it can write to. */
export function planSandbox(unit: string, writable: readonly string[]): Directive[] {
  const { memoryPercent, cpuWeight, tasks } = SHARES[unit] ?? OTHER_SHARE;
  return [
    ['User', SYSTEM_USER],
    ['Group', SYSTEM_USER],
    ['UMask', '0027'],
    ...RIGHTS,
    ...writable.map((folder): Directive => ['ReadWritePaths', folder]),
    ['LimitNOFILE', String(OPEN_FILES)],
    ['MemoryMax', `${memoryPercent}%`],
    ['CPUWeight', String(cpuWeight)],
    ['TasksMax', String(tasks)],
  ];
}

/** MemoryDenyWriteExecute is not among them: V8 compiles. */
const RIGHTS: readonly Directive[] = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'yes'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['LockPersonality', 'yes'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
];
