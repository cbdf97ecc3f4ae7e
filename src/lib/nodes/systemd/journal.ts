/** What units said, from journald, which notes cluster, node and unit with each line. */
import { execa } from 'execa';
import type { LogLine } from '../follow-logs.ts';

export interface JournalQuery {
  readonly cluster: string;
  /** All units of the cluster when empty. */
  readonly units: readonly string[];
  /** How many of the last lines. */
  readonly count: number;
  /** Goes on with what is said from now on. */
  readonly follow: boolean;
}

/** Builds the command whose output lines `parseJournalLine` reads; it needs root, or the group systemd-journal. */
export function journalCommand({ cluster, units, count, follow }: JournalQuery): [string, ...string[]] {
  const fields = 'MESSAGE,STREAMCTL_NODE,STREAMCTL_UNIT';
  return [
    'journalctl',
    '--quiet',
    '--no-pager',
    '--output=json',
    `--output-fields=${fields}`,
    `--lines=${count}`,
    ...(follow ? ['--follow'] : []),
    `STREAMCTL_CLUSTER=${cluster}`,
    ...units.map((unit) => `STREAMCTL_UNIT=${unit}`),
  ];
}

/** Parses one line of `journalCommand`'s output; null for what is no line of a unit. */
export function parseJournalLine(text: string): LogLine | null {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { STREAMCTL_NODE: node, STREAMCTL_UNIT: unit, MESSAGE, __REALTIME_TIMESTAMP: at } = entry;
  if (typeof node !== 'string' || typeof unit !== 'string') return null;
  return { node, unit, time: formatTime(Number(at)), text: decodeMessage(MESSAGE) };
}

/** Reads the last lines that a unit printed; of one that printed nothing, what systemd said of it. */
export async function readJournalTail(id: string, count: number): Promise<string[]> {
  // What a process said in its last breath may still be on its way.
  if (process.getuid?.() === 0) await execa('journalctl', ['--sync'], { reject: false, timeout: 5_000 });
  const own = await readTail(count, `_SYSTEMD_UNIT=${id}`);
  return own.length > 0 ? own : await readTail(count, `--unit=${id}`);
}

async function readTail(count: number, match: string): Promise<string[]> {
  const args = ['--quiet', '--no-pager', '--output=cat', `--lines=${count}`, match];
  const { stdout } = await execa('journalctl', args, { reject: false, timeout: 10_000 });
  return stdout === '' ? [] : stdout.split('\n');
}

function formatTime(microseconds: number): string {
  return Number.isFinite(microseconds) ? new Date(microseconds / 1000).toISOString() : '';
}

/** A message that is not plain text comes as bytes, one that is too long as null. */
function decodeMessage(message: unknown): string {
  if (typeof message === 'string') return message;
  return Array.isArray(message) ? Buffer.from(message as number[]).toString('utf8') : '';
}
