/**
 * The one error class of the project and the one table of its codes.
 *
 * A message says what was being done, on what, and what went wrong; the remedy is the hint. The table is
 * equal to the one in docs/reference.md: a test compares both ways.
 */

/** Exit statuses of the CLI, one per kind of failure. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  specInvalid: 3,
  environment: 4,
  notRunning: 5,
  locked: 6,
  unhealthy: 7,
  conflict: 8,
  notFound: 9,
  partlyDone: 10,
  nonconformant: 11,
  drillFailed: 12,
  drillUnknown: 13,
  drillAborted: 14,
  drillRecoveryFailed: 15,
  planUsage: 64,
  interrupted: 130,
} as const;

interface CodeFacts {
  readonly exit: number;
  readonly http: number;
  readonly meaning: string;
}

/** Every error code, its exit status, the HTTP status a daemon answers with, and what it means. */
export const ERROR_CODES = {
  BUG: { exit: EXIT.bug, http: 500, meaning: 'a fault of streamctl itself' },
  USAGE: {
    exit: EXIT.usage,
    http: 400,
    meaning: 'a command, argument or flag that does not exist or does not fit',
  },
  SPEC_INVALID: { exit: EXIT.specInvalid, http: 400, meaning: 'the spec has faults; nothing was started' },
  PACKAGE_MISSING: {
    exit: EXIT.environment,
    http: 500,
    meaning: 'a program or module that is needed is not installed',
  },
  PORT_IN_USE: {
    exit: EXIT.environment,
    http: 500,
    meaning: 'another process holds an address that is needed',
  },
  ADDRESS_CLASH: {
    exit: EXIT.environment,
    http: 500,
    meaning: 'another cluster on this machine uses the address block',
  },
  ENVIRONMENT: { exit: EXIT.environment, http: 500, meaning: 'this machine does not allow what is needed' },
  UNREACHABLE: {
    exit: EXIT.environment,
    http: 502,
    meaning: 'a machine cannot be reached by ssh, or did not answer in time',
  },
  HOST_KEY: {
    exit: EXIT.environment,
    http: 502,
    meaning: "a machine's ssh host key is not known here, or is another one than before",
  },
  ACCESS_DENIED: {
    exit: EXIT.environment,
    http: 502,
    meaning: 'a machine does not let us log in, or does not let us become root with sudo',
  },
  MACHINE_UNFIT: {
    exit: EXIT.environment,
    http: 500,
    meaning: 'a machine is not one that can be a node: its system, packages, disk or clock',
  },
  MACHINE_FAILED: {
    exit: EXIT.environment,
    http: 500,
    meaning: 'something that was done on a machine failed there',
  },
  NOT_RUNNING: {
    exit: EXIT.notRunning,
    http: 503,
    meaning: 'the cluster, or the part of it that is asked, is not running',
  },
  LOCKED: { exit: EXIT.locked, http: 409, meaning: 'another command is changing the cluster' },
  UNHEALTHY: {
    exit: EXIT.unhealthy,
    http: 503,
    meaning: 'something is not healthy, or did not become so in time',
  },
  CONFLICT: { exit: EXIT.conflict, http: 409, meaning: 'the thing exists already, or changed meanwhile' },
  REFUSED: { exit: EXIT.conflict, http: 403, meaning: 'a stream key is wrong, revoked, or already in use' },
  NOT_FOUND: { exit: EXIT.notFound, http: 404, meaning: 'no such stream, node, region, cluster or file' },
  PARTLY_DONE: {
    exit: EXIT.partlyDone,
    http: 500,
    meaning: 'some of the work was done; running again continues',
  },
  NONCONFORMANT: {
    exit: EXIT.nonconformant,
    http: 500,
    meaning: 'a probe found a playlist or media that breaks the standard',
  },
  INTERRUPTED: { exit: EXIT.interrupted, http: 499, meaning: 'stopped by a signal or by the caller' },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface StreamctlErrorOptions {
  /** What to do about it: one imperative sentence. */
  readonly hint?: string;
  /** Facts for `--json`; never secrets. */
  readonly details?: unknown;
  readonly cause?: unknown;
}

/** An expected failure: carries a code of the table, a remedy, and facts for scripts. */
export class StreamctlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: StreamctlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StreamctlError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** Returns the error as it is when it is ours, else wraps it as a BUG (or the given code) and keeps the cause. */
export function toStreamctlError(error: unknown, code: ErrorCode = 'BUG'): StreamctlError {
  if (error instanceof StreamctlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamctlError(code, message, { cause: error });
}
