/**
 * The interface to an existing supervisor on a node: runit on this machine, systemd on remote ones.
 *
 * A unit is kept running until it is stopped; whoever asked for it (`up`, an agent) may die meanwhile.
 */
import type { UnitReport } from '../health/report.ts';
import type { LastExit } from './unit-notes.ts';

export interface Unit {
  /** `agent`, `origin`, `nginx-edge`, `pipeline-demo`: `[a-z0-9-]+`. */
  readonly name: string;
  /** Absolute program and its arguments; never a secret. */
  readonly argv: readonly [string, ...string[]];
  /** Added to a minimal environment; never a secret. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds between TERM and KILL when stopped. */
  readonly stopTimeoutSec: number;
}

export interface ServiceManager {
  /** Writes the unit if it differs; returns whether it changed. Starts nothing. */
  install(unit: Unit): Promise<boolean>;
  /** Starts an installed unit, supervised from now on; returns at once when it runs already. */
  start(name: string): Promise<void>;
  /** Stops and starts anew. */
  restart(name: string): Promise<void>;
  /** Stops; resolves when no process of the unit is left. */
  stop(name: string): Promise<void>;
  /** Stops and deletes the unit; its logs stay. */
  remove(name: string): Promise<void>;
  list(): Promise<readonly UnitReport[]>;
  /** Whether a process of the unit runs that was started with exactly this. */
  runs(unit: Unit): Promise<boolean>;
  /** How it last ended; null when it never did. */
  lastExit(name: string): Promise<LastExit | null>;
  /** The last lines that the unit printed, oldest first. */
  lastLines(name: string, count: number): Promise<readonly string[]>;
}
