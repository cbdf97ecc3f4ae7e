/** Who did what to a cluster, from all that remembers something of it: journals, the ring's history, the audit trail. Pure. */

import type { OperationNote } from '../../store/operations.ts';
import type { CiRun } from '../../store/operator-lease.ts';
import type { AuditEvent } from '../../store/records.ts';
import type { RingChange } from '../../store/ring-records.ts';

export interface HistoryEntry {
  readonly atMs: number;
  /** Null for what is not over, or what took no time. */
  readonly endedMs: number | null;
  readonly who: string;
  readonly host: string | null;
  readonly ci: CiRun | null;
  /** `up`, `ring set-weight us-2 3`, `stream-added demo`. */
  readonly what: string;
  /**
   * `running`: it has the lock now. `unfinished`: it was killed; the same command again goes on. `unknown`: it ran on
   * another machine, and nobody heard of its end.
   */
  readonly result: 'done' | 'failed' | 'interrupted' | 'running' | 'unfinished' | 'unknown';
  /** What it came to, or why it was done. */
  readonly text: string;
}

export interface HistorySources {
  /** Of this machine. */
  readonly journal: readonly OperationNote[];
  /** Of every machine; empty while the store is away. */
  readonly stored: readonly OperationNote[];
  readonly ring: readonly RingChange[];
  readonly events: readonly AuditEvent[];
  /** Ids of the commands that have the lock now. */
  readonly holders: readonly string[];
}

/** Of the audit trail only what people did: what nodes and publishers do is its own story. */
const DEEDS: ReadonlySet<string> = new Set([
  'stream-added',
  'stream-removed',
  'key-added',
  'key-ended',
  'lock-stolen',
]);

/** Puts them together, oldest first; what is in two of them appears once. */
export function mergeHistory(sources: HistorySources): HistoryEntry[] {
  const entries = [
    ...mergeOperations(sources),
    // What `up` changes of the ring is part of that `up`.
    ...sources.ring.filter(({ what }) => what !== 'up').map(fromRing),
    ...sources.events.filter(({ what }) => DEEDS.has(what)).map(fromEvent),
  ];
  return entries.sort((a, b) => a.atMs - b.atMs);
}

function mergeOperations({ journal, stored, holders }: HistorySources): HistoryEntry[] {
  const here = new Set(journal.map(({ id }) => id));
  const begun = new Map<string, OperationNote>();
  const ended = new Map<string, OperationNote>();
  for (const note of [...stored, ...journal]) (note.phase === 'begun' ? begun : ended).set(note.id, note);
  return [...begun.values()].map((note) => {
    const { id, atMs, who, host, ci } = note;
    const end = ended.get(id);
    const open = holders.includes(id) ? 'running' : here.has(id) ? 'unfinished' : 'unknown';
    return {
      atMs,
      endedMs: end?.atMs ?? null,
      who,
      host,
      ci,
      what: shorten(note.command),
      result: end?.result ?? open,
      text: end?.text ?? '',
    };
  });
}

function fromRing({ atMs, who, what, reason, epoch }: RingChange): HistoryEntry {
  const text = `epoch ${epoch}${reason === '' ? '' : ` · ${reason}`}`;
  return { ...INSTANT, atMs, who, what: `ring ${what}`, text };
}

function fromEvent({ atMs, who, what, stream, subject }: AuditEvent): HistoryEntry {
  return { ...INSTANT, atMs, who, what: stream === '' ? what : `${what} ${stream}`, text: subject };
}

const INSTANT = { endedMs: null, host: null, ci: null, result: 'done' } as const;

/** Commands whose unfinished work `up` finishes; drills heal by themselves, and an upgrade goes on as one. */
const CONTINUED = /^(streamctl )?(up|quickstart|ring|region)\b/;

/** Whether `up` goes on with what a command left unfinished. */
export function isContinuedByUp(command: string): boolean {
  return CONTINUED.test(command);
}

/** The last command of this machine if it was killed on its way, and `up` goes on with it; else null. */
export function findUnfinished(
  journal: readonly OperationNote[],
  holders: readonly string[],
): OperationNote | null {
  const last = journal.findLast(({ phase, id }) => phase === 'begun' && !holders.includes(id));
  if (last === undefined || !isContinuedByUp(last.command)) return null;
  return journal.some(({ phase, id }) => phase === 'ended' && id === last.id) ? null : last;
}

function shorten(command: string): string {
  return command.replace(/^streamctl /, '');
}
