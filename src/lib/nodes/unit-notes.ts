/** What a unit's supervisor notes in the unit's folder, so that anybody can read it without asking a supervisor. */
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';

export interface Started {
  readonly pid: number;
  /** Of what it was started with. */
  readonly digest: string;
}

/** Reads what a unit was last started as; null when it does not run. After a crash of the machine it may be old. */
export async function readStarted(dir: string): Promise<Started | null> {
  const text = await readFile(join(dir, 'unit.pid'), 'utf8').catch(() => '');
  const [pid, digest] = text.trim().split(' ');
  return Number(pid) > 1 ? { pid: Number(pid), digest: digest ?? '' } : null;
}

export interface LastExit {
  /** Exit status, or -1 when a signal ended it. */
  readonly status: number;
  /** Number of the signal, when one did. */
  readonly signal: number;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Somebody stopped it: no sign of a unit that does not stay up. */
  readonly asked: boolean;
}

/** Reads how a unit last ended; null when it never did. */
export async function readLastExit(dir: string): Promise<LastExit | null> {
  return parseLastExit(await readFile(join(dir, 'last-exit'), 'utf8').catch(() => ''));
}

/** Adds to the note of how a unit ended that it was stopped. */
export async function noteAskedExit(dir: string): Promise<void> {
  const file = join(dir, 'last-exit');
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (text !== '' && !text.endsWith(` ${ASKED}`)) await writeFile(file, `${text} ${ASKED}\n`);
}

const ASKED = 'asked';

/**
 * Parses `STATUS SIGNAL MS` (runit), `exited STATUS MS` or `killed SIGNAL MS` (systemd, signals by name), each perhaps with
 * `asked` behind it.
 */
export function parseLastExit(text: string): LastExit | null {
  const [first, second, at, word] = text.trim().split(' ');
  const atMs = Number(at);
  if (at === undefined || Number.isNaN(atMs)) return null;
  const asked = word === ASKED;
  if (first === 'exited') return { status: Number(second), signal: 0, atMs, asked };
  if (first === 'killed' || first === 'dumped') {
    const signals: Readonly<Record<string, number>> = constants.signals;
    return { status: -1, signal: signals[`SIG${second}`] ?? (Number(second) || 0), atMs, asked };
  }
  return { status: Number(first), signal: Number(second), atMs, asked };
}

/** A unit that started so shortly after it ended by itself, and so lately, is not called running yet. */
const YOUNG_MS = 3_000;

/** Whether a unit that runs since `sinceMs` may be one that does not stay up. Pure. */
export function isLooping(exit: LastExit | null, sinceMs: number, nowMs: number): boolean {
  if (exit === null || exit.asked) return false;
  return nowMs - sinceMs < YOUNG_MS && sinceMs - exit.atMs < YOUNG_MS;
}

/** What a unit is that is asked for and has no process at `nowMs`. Pure. */
export function wordComing(exit: LastExit | null, nowMs: number): 'starting' | 'restarting' {
  return isLooping(exit, nowMs, nowMs) ? 'restarting' : 'starting';
}
