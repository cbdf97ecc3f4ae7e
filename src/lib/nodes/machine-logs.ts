/** What units said on machines that ssh reaches: each machine's journal, merged by time. */
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { settleAtMost } from '../base/at-most.ts';
import { loadSudoPassword, ROOT_FUNCTION } from '../ssh/become-root.ts';
import { connect } from '../ssh/connection.ts';
import { run } from '../ssh/run.ts';
import { quoteWord, runArguments } from '../ssh/ssh-arguments.ts';
import type { SshSettings } from '../ssh/target.ts';
import type { LogLine } from './follow-logs.ts';
import type { Peer } from './node-config.ts';
import { targetOf } from './reach.ts';
import { type JournalQuery, journalCommand, parseJournalLine } from './systemd/journal.ts';

export interface MachineLogs {
  readonly cluster: string;
  readonly ssh: SshSettings;
  readonly peers: readonly Peer[];
  /** All units when empty. */
  readonly units: readonly string[];
}

/** Lines of the machines that answered, oldest first, and why the others did not. */
export interface MachineLines {
  readonly lines: readonly LogLine[];
  readonly unread: readonly string[];
}

const READ_MS = 20_000;

/** Reads the last lines of all together. */
export async function readMachineLines(logs: MachineLogs, count: number): Promise<MachineLines> {
  const input = `${await loadSudoPassword(logs.ssh)}\n`;
  const results = await settleAtMost(logs.ssh.parallel, logs.peers, async (peer) => {
    const command = formatCommand({ ...logs, count, follow: false });
    const text = await run(await targetOf(peer, logs.ssh), {
      step: 'read the journal',
      command,
      input,
      timeoutMs: READ_MS,
    });
    return parseLines(text);
  });
  const lines = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const unread = results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as Error).message] : [],
  );
  return { lines: lines.sort(byTime).slice(-count || lines.length), unread };
}

/** Yields lines as they are written, until the signal or until no machine is connected any more. */
export async function* followMachineLogs(logs: MachineLogs, signal: AbortSignal): AsyncGenerator<LogLine> {
  const fresh: LogLine[] = [];
  let wake = (): void => {};
  let open = logs.peers.length;
  const take = (line: LogLine): void => {
    fresh.push(line);
    wake();
  };
  for (const peer of logs.peers) {
    void followMachine(peer, logs, { signal, take })
      .catch(() => undefined)
      .finally(() => {
        open--;
        wake();
      });
  }
  while (open > 0 || fresh.length > 0) {
    yield* fresh.splice(0).sort(byTime);
    if (open > 0 && fresh.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

interface Following {
  readonly signal: AbortSignal;
  readonly take: (line: LogLine) => void;
}

async function followMachine(peer: Peer, logs: MachineLogs, { signal, take }: Following): Promise<void> {
  const target = await targetOf(peer, logs.ssh);
  await connect(target, signal);
  const command = formatCommand({ ...logs, count: 0, follow: true });
  const child = execa('ssh', runArguments(target, command), {
    reject: false,
    buffer: false,
    input: `${await loadSudoPassword(logs.ssh)}\n`,
    cancelSignal: signal,
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parseJournalLine(text);
    if (line !== null) take(line);
  }
  await child;
}

/** The journal of everybody takes root; the password of sudo, if there is one, is the command's input. */
function formatCommand(query: JournalQuery): string {
  const words = journalCommand(query).map(quoteWord).join(' ');
  return `${ROOT_FUNCTION}\nroot ${words}`;
}

function parseLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    const parsed = line === '' ? null : parseJournalLine(line);
    return parsed === null ? [] : [parsed];
  });
}

function byTime(a: LogLine, b: LogLine): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}
