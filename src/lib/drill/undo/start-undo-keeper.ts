/** The command's end of the undo process: starts it detached, and talks with it in lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { StreamctlError } from '../../base/errors.ts';
import type { UndoEntry, UndoKeeper } from './undo-action.ts';
import type { UndoOrder } from './undo-process.ts';
import { saveUndoRecord } from './undo-record.ts';

export interface UndoKeeperOptions {
  /** Folder of this drill. */
  readonly runDir: string;
  readonly clusterDir: string;
  /** Program and arguments that run `daemon undo`, without `--config`. */
  readonly program: readonly [string, ...string[]];
  /** Minimal: the undo process needs PATH alone. */
  readonly path: string;
}

const READY_TIMEOUT_MS = 10_000;
const ARM_TIMEOUT_MS = 5_000;
/** A region boots within seconds; a machine that is busy may take its time. */
const HEAL_TIMEOUT_MS = 60_000;

interface Message {
  readonly ready?: true;
  readonly armed?: string;
  readonly healed?: string;
  readonly failed?: readonly string[];
  readonly closed?: true;
}

/** Starts the undo process; resolves when it is ready. Throws ENVIRONMENT when it does not start. */
export async function startUndoKeeper(options: UndoKeeperOptions): Promise<UndoKeeper> {
  const file = join(options.runDir, 'undo.json');
  await saveUndoRecord(file, { version: 1, clusterDir: options.clusterDir, pid: 0, entries: [] });
  const keeper = new KeeperClient(spawnKeeper(options, file));
  await keeper.expect('ready', ({ ready }) => ready === true, READY_TIMEOUT_MS);
  return keeper;
}

function spawnKeeper({ program, path, clusterDir, runDir }: UndoKeeperOptions, file: string): ChildProcess {
  const [command, ...args] = program;
  const log = openSync(join(runDir, 'undo.log'), 'a');
  try {
    return spawn(command, [...args, 'daemon', 'undo', '--config', file], {
      detached: true,
      stdio: ['pipe', 'pipe', log],
      // The cluster's folder: `down` finds and ends what carries it.
      env: { PATH: path, STREAMCTL_CLUSTER_DIR: clusterDir },
      cwd: '/',
    });
  } finally {
    closeSync(log);
  }
}

class KeeperClient implements UndoKeeper {
  readonly #child: ChildProcess;
  readonly #lost = new AbortController();
  readonly #waiting = new Set<(message: Message | null) => void>();
  #closing = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin!.on('error', () => undefined);
    child.on('error', () => this.#gone());
    child.on('exit', () => this.#gone());
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      for (const take of [...this.#waiting]) take(message);
    });
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async arm(entry: UndoEntry): Promise<void> {
    this.#order({ arm: entry });
    await this.expect('arming', ({ armed }) => armed === entry.id, ARM_TIMEOUT_MS);
  }

  async heal(id: string): Promise<readonly string[]> {
    this.#order({ heal: id });
    const { failed = [] } = await this.expect('healing', ({ healed }) => healed === id, HEAL_TIMEOUT_MS);
    return failed;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#order({ close: true });
    this.#child.stdin!.end();
    await ended;
  }

  /** Resolves with the first message that fits. Throws ENVIRONMENT when it does not come in time, or the process is gone. */
  async expect(what: string, fits: (message: Message) => boolean, timeoutMs: number): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const fail = (why: string): void =>
      reject(
        new StreamctlError('ENVIRONMENT', `the undo process ${why} (${what})`, {
          hint: 'Run streamctl drill heal, then streamctl status.',
        }),
      );
    const take = (message: Message | null): void => {
      if (message === null) fail('is gone');
      else if (fits(message)) resolve(message);
    };
    const timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    this.#waiting.add(take);
    if (this.#lost.signal.aborted) take(null);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(take);
    }
  }

  #order(order: UndoOrder): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  #gone(): void {
    if (!this.#closing) this.#lost.abort();
    for (const take of [...this.#waiting]) take(null);
  }
}
