/** What runsv says of a service in its file `supervise/status` (20 bytes). Pure. */
export interface RunsvStatus {
  /** Null when no process runs. */
  readonly pid: number | null;
  readonly state: 'down' | 'run' | 'finish';
  /** Runsv was told to keep it up. */
  readonly wantUp: boolean;
  /** Unix milliseconds since the state holds. */
  readonly sinceMs: number;
}

const STATUS_BYTES = 20;
/** TAI64 counts from 2^62, and is 10 s ahead of Unix time in the way that runit counts. */
const TAI_OFFSET = 2n ** 62n + 10n;
const STATES = ['down', 'run', 'finish'] as const;

/** Parses the bytes; null when they are not a whole status (runsv is just writing it). */
export function parseRunsvStatus(bytes: Buffer): RunsvStatus | null {
  if (bytes.length < STATUS_BYTES) return null;
  const pid = bytes.readUInt32LE(12);
  const seconds = Number(bytes.readBigUInt64BE(0) - TAI_OFFSET);
  return {
    pid: pid === 0 ? null : pid,
    state: STATES[bytes[19]!] ?? 'down',
    wantUp: bytes[17] === 'u'.charCodeAt(0),
    sinceMs: seconds * 1000 + Math.floor(bytes.readUInt32BE(8) / 1e6),
  };
}
