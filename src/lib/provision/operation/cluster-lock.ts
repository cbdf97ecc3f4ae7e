/**
 * One command at a time changes a cluster, whichever machine it runs on; and what it did is written down.
 *
 * Two locks that work together:
 * - a file in the cluster's folder, between the commands of this machine; it needs no store, and a dead holder's is void;
 * - a lease in the store, between machines, as soon as the store answers. Without one the file alone holds.
 *
 * Fencing: before each of its steps a command looks whether both are still its own, and stops when one is not, also when
 * somebody had it since and has given it back. The lease is
 * given to nobody else until its holder has noticed, died, or had the time to notice (operator-lease.ts). What two could
 * still do at once is safe by itself: the ring changes by compare-and-set on its epoch, files are replaced as a whole.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import type { OperationNote } from '../../store/operations.ts';
import type { OperatorLease } from '../../store/operator-lease.ts';
import type { Store } from '../../store/store.ts';
import { type LockHolder, readHolder, readStartTicks, takeLock } from '../lock.ts';
import { forgetUnmade, writeNote } from './journal.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { describePlace, type Operator, wordOperator } from './operator.ts';

export interface ClusterLockOptions {
  /** The lock file in the cluster's folder. */
  readonly file: string;
  /** `streamctl up`. */
  readonly command: string;
  readonly operator: Operator;
  /** How long to wait for another holder; 0 does not wait. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Called when it has to wait, and each ten seconds while it does, with who holds it in words. */
  readonly onWait?: (holder: string) => void;
  /** Null while the store does not answer. Throws nothing. */
  readonly openStore: () => Promise<Store | null>;
}

export interface ClusterLock {
  readonly id: string;
  /** Aborts when the caller's signal does, and when the lock is lost, with LOCKED as its reason. */
  readonly signal: AbortSignal;
  /** Throws LOCKED when the lock was taken away. To be called before each step. */
  check(): Promise<void>;
  /** Gives the lease back early, for whoever ends the store itself. */
  leaveStore(): Promise<void>;
  /** Says in words what the command came to, for the history. */
  tell(text: string): void;
}

const FILE_LOOK_MS = 500;
const POLL_MS = 500;
const SAY_MS = 10_000;
/** Who buries a stale lock may have the next one in its hand for a moment, and puts it back (lock.ts). */
const BURIAL_MS = 50;
/** Who had the lock since, when that cannot be told any more. */
const GONE = 'a command that has ended';

/** Runs something under the lock and writes down how it ended. Throws LOCKED with who holds it. */
export async function withClusterLock<T>(
  options: ClusterLockOptions,
  use: (lock: ClusterLock) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  const { file, command, operator, waitMs, signal, onWait } = options;
  const deadline = performance.now() + waitMs;
  const giveBack = await takeLock({
    file,
    command,
    waitMs,
    signal,
    identity: { id, ci: operator.ci },
    onWait: (holder) => onWait?.(`${holder.command}, pid ${holder.pid}, user ${holder.user}`),
  });
  const held = new HeldLock(options, await describeOwn(id, options));
  try {
    await held.takeLease(deadline);
    await held.begin();
    const value = await use(held);
    await held.end('done', held.told);
    return value;
  } catch (error) {
    // What the command itself says of the loss is more than that it happened.
    const isSaid = error instanceof StreamctlError && error.code === 'LOCKED';
    const failure = toStreamctlError(isSaid ? error : (held.lostReason ?? error));
    await held.end(
      failure.code === 'INTERRUPTED' || signal.aborted ? 'interrupted' : 'failed',
      failure.message,
    );
    throw failure;
  } finally {
    await held.close();
    await forgetUnmade(dirname(file));
    await giveBack();
  }
}

async function describeOwn(id: string, { command, operator }: ClusterLockOptions): Promise<OperatorLease> {
  const [startTicks, place] = await Promise.all([readStartTicks(process.pid), describePlace()]);
  const { who, host, ci } = operator;
  const nowMs = Date.now();
  const process_ = { pid: process.pid, startTicks: startTicks ?? '', place };
  return { id, who, host, ...process_, ci, command, sinceMs: nowMs, beatMs: nowMs };
}

class HeldLock implements ClusterLock {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly #options: ClusterLockOptions;
  readonly #own: OperatorLease;
  readonly #keeper: LeaseKeeper;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #begun = false;
  told = '';

  constructor(options: ClusterLockOptions, own: OperatorLease) {
    this.id = own.id;
    this.#options = options;
    this.#own = own;
    this.signal = AbortSignal.any([options.signal, this.#lost.signal]);
    this.#keeper = new LeaseKeeper({
      own,
      openStore: options.openStore,
      onLost: (holder) => this.#lose(holder === null ? GONE : wordLease(holder)),
    });
    this.#timer = setInterval(() => void this.#lookAtFile(), FILE_LOOK_MS).unref();
  }

  /** Why the lock is lost; null while it is not. */
  get lostReason(): StreamctlError | null {
    return this.#lost.signal.aborted ? (this.#lost.signal.reason as StreamctlError) : null;
  }

  async takeLease(deadline: number): Promise<void> {
    const { signal, onWait } = this.#options;
    for (let toldMs = Number.NEGATIVE_INFINITY; ; ) {
      const holder = await this.#keeper.take();
      if (holder === null) break;
      if (performance.now() >= deadline) throw lockedBy(holder);
      if (signal.aborted) throw new StreamctlError('INTERRUPTED', 'stopped while waiting for the lock');
      if (performance.now() - toldMs >= SAY_MS) {
        onWait?.(wordLease(holder));
        toldMs = performance.now();
      }
      await sleep(POLL_MS);
    }
    this.#keeper.start();
  }

  async check(): Promise<void> {
    await this.#lookAtFile();
    await this.#keeper.check();
    if (this.lostReason !== null) throw this.lostReason;
  }

  tell(text: string): void {
    this.told = text;
  }

  async leaveStore(): Promise<void> {
    await this.#keeper.close();
  }

  async begin(): Promise<void> {
    this.#begun = true;
    await this.#write({ phase: 'begun', result: null, text: '' });
  }

  async end(result: NonNullable<OperationNote['result']>, text: string): Promise<void> {
    if (this.#begun) await this.#write({ phase: 'ended', result, text });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#keeper.close();
  }

  async #write(part: Pick<OperationNote, 'phase' | 'result' | 'text'>): Promise<void> {
    const { id, who, host, ci, command } = this.#own;
    const note = { id, atMs: Date.now(), who, host, ci, command, ...part };
    await writeNote(dirname(this.#options.file), note);
    await this.#keeper.note(note);
  }

  /** Another's name in the file means that the lock was taken away; no file, that it was given back by whoever did. */
  async #lookAtFile(): Promise<void> {
    const { file } = this.#options;
    if (!existsSync(file)) await sleep(BURIAL_MS);
    const holder = await readHolder(file);
    if (holder === null ? !existsSync(file) : holder.id !== this.id) {
      this.#lose(holder === null ? GONE : wordHolder(holder));
    }
  }

  #lose(holder: string): void {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(
      new StreamctlError('LOCKED', `the lock was taken away by ${holder}; stopped before the next step`, {
        hint: 'See streamctl history for who did it and why, then run the command again.',
        details: { holder },
      }),
    );
  }
}

function wordHolder({ command, user, pid }: LockHolder): string {
  return `${command}, pid ${pid}, user ${user}`;
}

/** In words: `streamctl up of ada (GitHub Actions 4711) on runner-7`. */
export function wordLease({ command, who, ci, host }: OperatorLease): string {
  return `${command} of ${wordOperator({ who, ci })} on ${host}`;
}

function lockedBy(holder: OperatorLease): StreamctlError {
  const seconds = (sinceMs: number): number => Math.max(0, Math.round((Date.now() - sinceMs) / 1000));
  return new StreamctlError(
    'LOCKED',
    `${holder.command} is changing the cluster already, from ${holder.host}`,
    {
      hint: 'Wait for it with streamctl lock wait, or look at streamctl lock status.',
      details: {
        holder,
        facts: {
          'held by': `${wordLease(holder)}, for ${seconds(holder.sinceMs)} s`,
          'last sign': `${seconds(holder.beatMs)} s ago; without one for 30 s it is free`,
          ...(holder.ci?.url ? { 'CI run': holder.ci.url } : {}),
        },
      },
    },
  );
}
