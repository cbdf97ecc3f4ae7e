/**
 * A command that changes spec and ring while it holds the lock of the cluster. Invariant: every change is preceded by a look at
 * the lock. Whoever took it away goes on from what is there, so then nothing is taken back either.
 */
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import type { UpContext } from '../../provision/context.ts';
import type { ClusterLock } from '../../provision/operation/cluster-lock.ts';
import { type SpecFile, writeSpecFile } from '../../provision/ring/spec-file.ts';
import type { LoadedSpec } from '../../spec/load.ts';
import { createUpContext } from '../up-action.ts';
import type { ClusterCall } from './ring-change-command.ts';

export interface HeldCall extends ClusterCall {
  readonly lock: ClusterLock;
}

/** Writes the spec file. Throws LOCKED when the lock was taken away. */
export async function writeHeldSpec({ lock }: HeldCall, file: SpecFile): Promise<void> {
  await lock.check();
  await writeSpecFile(file);
}

/** Creates what the steps of `up` share, for changes under the lock. */
export async function createHeldContext({ call, lock }: HeldCall, spec: LoadedSpec): Promise<UpContext> {
  const up = await createUpContext(spec, { ...call, mode: 'apply' });
  up.changes.guard(() => lock.check());
  return up;
}

/** What a command leaves behind that goes no further and takes nothing back. */
export interface HalfDone {
  readonly soFar: string;
  /** What ends it, as a part of a sentence: `run this again to go on`. */
  readonly remedy: string;
}

/** Throws LOCKED, with what is half done and what ends it, when the lock was taken away: before anything is taken back. */
export async function refuseTakeBack({ lock }: HeldCall, { soFar, remedy }: HalfDone): Promise<void> {
  try {
    await lock.check();
  } catch (error) {
    const lost = toStreamctlError(error);
    throw new StreamctlError(lost.code, lost.message, {
      hint: `See streamctl history for who did it and why; when that command is over, ${remedy}.`,
      details: { ...(lost.details as object), facts: { 'so far': soFar } },
      cause: lost,
    });
  }
}

/** Words the failure of a command that has not taken back what it did: PARTLY_DONE, or INTERRUPTED after Ctrl-C. */
export function sayHalfDone(error: unknown, { call }: HeldCall, { soFar, remedy }: HalfDone): StreamctlError {
  const failure = toStreamctlError(error);
  const details = failure.details as { facts?: Record<string, string> } | undefined;
  return new StreamctlError(call.signal.aborted ? 'INTERRUPTED' : 'PARTLY_DONE', failure.message, {
    hint: `When the cause is mended, ${remedy}.`,
    details: { ...details, facts: { ...details?.facts, 'so far': soFar }, code: failure.code },
    cause: failure,
  });
}
