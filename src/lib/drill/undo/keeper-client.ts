/** The command's end of an undo process, here or on a machine: talks with it in lines. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { StreamctlError } from '../../base/errors.ts';
import type { Healing, UndoEntry, UndoKeeper } from './undo-action.ts';
import type { StrikeOrder, UndoOrder } from './undo-process.ts';

const READY_TIMEOUT_MS = 10_000;
const ARM_TIMEOUT_MS = 5_000;
/** A region boots within seconds; a machine that is busy may take its time. */
const HEAL_TIMEOUT_MS = 60_000;

/** Everything of a machine is gone through within seconds. */
const STRIKE_TIMEOUT_MS = 30_000;
const LOOK_TIMEOUT_MS = 5_000;

interface Message {
  readonly ready?: true;
  readonly armed?: string;
  readonly healed?: string;
  readonly failed?: readonly string[];
  readonly closed?: true;
  readonly struck?: string;
  readonly looked?: string;
  readonly text?: string;
  readonly proof?: string | null;
  readonly trouble?: string;
}

/** Undoes all that an undo process has armed, once it is gone. */
export type Rescue = () => Promise<Healing>;

/** Talks with an undo process that was just started; resolves when it is ready. Throws ENVIRONMENT when it does not start. */
export async function connectKeeper(child: ChildProcess, rescue: Rescue): Promise<KeeperClient> {
  const keeper = new KeeperClient(child, rescue);
  await keeper.expect('ready', ({ ready }) => ready === true, READY_TIMEOUT_MS);
  return keeper;
}

export class KeeperClient implements UndoKeeper {
  readonly #child: ChildProcess;
  readonly #lost = new AbortController();
  readonly #waiting = new Set<(message: Message | null) => void>();
  readonly #rescue: Rescue;
  #rescued: Promise<Healing> | null = null;
  #closing = false;

  constructor(child: ChildProcess, rescue: Rescue) {
    this.#child = child;
    this.#rescue = rescue;
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

  /** When the process is lost, before or meanwhile, all that it had armed is undone without it, once. */
  async heal(id: string): Promise<readonly string[]> {
    try {
      this.#order({ heal: id });
      const { failed = [] } = await this.expect('healing', ({ healed }) => healed === id, HEAL_TIMEOUT_MS);
      return failed;
    } catch (error) {
      if (!this.#lost.signal.aborted) throw error;
      this.#rescued ??= this.#rescue();
      return (await this.#rescued).failed;
    }
  }

  /** Injects a fault where the process runs; resolves with what was done, in words. Throws ENVIRONMENT. */
  async strike(order: StrikeOrder): Promise<string> {
    this.#order({ strike: order });
    const { text, trouble } = await this.expect(
      'the fault',
      ({ struck }) => struck === order.id,
      STRIKE_TIMEOUT_MS,
    );
    if (text !== undefined) return text;
    throw new StreamctlError('ENVIRONMENT', `inject the fault: ${trouble ?? 'no word of it'}`, {
      hint: 'Look at streamctl status: what was armed is undone.',
    });
  }

  /** Looks for a proof that the fault bites: words, or null. */
  async look(id: string): Promise<string | null> {
    this.#order({ look: id });
    const { proof } = await this.expect('the proof', ({ looked }) => looked === id, LOOK_TIMEOUT_MS);
    return proof ?? null;
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
      else if (message.trouble !== undefined && message.struck === undefined)
        fail(`says: ${message.trouble}`);
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
