/** Keeping the spec and the ring together: the file is changed first, and put back when the ring cannot be. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import { type ClusterRecord, type ClusterView, loadClusterRecord } from '../../nodes/cluster-view.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { UpContext } from '../../provision/context.ts';
import { locateProgram } from '../../provision/program.ts';
import {
  editSpecFile,
  loadSpecFile,
  refuseUnapplied,
  type SpecFile,
} from '../../provision/ring/spec-file.ts';
import { checkMachine, configure, prepare } from '../../provision/up.ts';
import type { SpecEdit } from '../../spec/edit/edit-spec.ts';
import { loadSpec } from '../../spec/load.ts';
import { underLockOf } from '../cluster-lock.ts';
import {
  createHeldContext,
  type HalfDone,
  type HeldCall,
  refuseTakeBack,
  sayHalfDone,
  writeHeldSpec,
} from './held-call.ts';
import type { RingCall } from './ring-change-command.ts';

/** Other commands that hold the lock are waited for this long. */
const LOCK_MS = 60_000;
/** Says nothing of what goes on. */
export const QUIET = { doing: () => undefined, happened: () => undefined };

export interface SpecChange {
  readonly view: ClusterView;
  readonly call: RingCall;
  readonly edits: readonly SpecEdit[];
}

/**
 * Writes the edits into the spec file and what follows from it on the nodes, then runs `use`; when that fails, puts the
 * file back. Without edits it only runs `use`. Throws PARTLY_DONE when it cannot be put back.
 */
export async function withSpecEdits(
  { view, call, edits }: SpecChange,
  use: () => Promise<void>,
): Promise<void> {
  if (edits.length === 0) return await use();
  await underLock(view, call, async (held) => {
    const before = await loadAppliedSpec(view, call, null);
    const after = editSpecFile(before, edits);
    const record = await loadClusterRecord(view.dir);
    let isConfigured = false;
    try {
      await writeAndConfigure(held, after);
      isConfigured = true;
      await held.lock.check();
      await use();
    } catch (error) {
      await refuseTakeBack(held, HALF_DONE);
      throw await takeBack(error, { ...held, before, after, record, isConfigured });
    }
  });
}

const HALF_DONE: HalfDone = {
  soFar: 'the spec file may have the change, and some nodes; the ring does not',
  remedy: 'streamctl up brings the ring to the spec file',
};

interface FailedEdits extends HeldCall {
  readonly before: SpecFile;
  readonly after: SpecFile;
  /** Of before. */
  readonly record: ClusterRecord | null;
  /** Every node knows of the change. */
  readonly isConfigured: boolean;
}

/**
 * Puts everything back when every node knows of the change, and the file when none does: the record is written before them. Else
 * says what is half done, as it does when the way back fails. Also after Ctrl-C.
 */
async function takeBack(error: unknown, failed: FailedEdits): Promise<StreamctlError> {
  const { view, call, before, after, record, isConfigured } = failed;
  try {
    const unhurried = { ...failed, call: { ...call, signal: new AbortController().signal } };
    const isUntouched = isDeepStrictEqual(await loadClusterRecord(view.dir), record);
    if (isConfigured) await writeAndConfigure(unhurried, before);
    else if (isUntouched && before.text !== after.text) await writeHeldSpec(failed, before);
    else return sayHalfDone(error, failed, HALF_DONE);
    return toStreamctlError(error);
  } catch {
    await refuseTakeBack(failed, HALF_DONE);
    return sayHalfDone(error, failed, HALF_DONE);
  }
}

/** Runs something while no other command changes the cluster; its call ends with the lock. Throws LOCKED when one does for a minute. */
export async function underLock<T>(
  view: ClusterView,
  call: RingCall,
  use: (held: HeldCall) => Promise<T>,
): Promise<T> {
  const { command, signal, say } = call;
  return await underLockOf(view, { command, waitMs: LOCK_MS, signal, say }, (lock) =>
    use({ view, call: { ...call, signal: lock.signal }, lock }),
  );
}

/**
 * Loads the spec of a cluster that runs as the file says, with the program of this streamctl. Throws CONFLICT when `up` has
 * something to apply first, other than to the node that the command is about.
 */
export async function loadAppliedSpec(
  view: ClusterView,
  { root }: Pick<RingCall, 'root'>,
  own: string | null,
): Promise<SpecFile> {
  const [file, record] = [await loadSpecFile(view.specFile), await loadClusterRecord(view.dir)];
  if (record === null) throw new StreamctlError('NOT_RUNNING', `cluster ${view.name} is not running`);
  refuseUnapplied(file, record, own);
  const { digest } = await locateProgram(join(root, 'dist'), clusterLayout(view.dir).programs);
  if (record.program === digest) return file;
  throw new StreamctlError(
    'CONFLICT',
    `cluster ${view.name} runs another version of streamctl than this one`,
    {
      hint: 'Run streamctl up first: it brings every node to this version.',
    },
  );
}

/** Writes the file, the record and what every node knows, and starts nothing. */
export async function writeAndConfigure(held: HeldCall, file: SpecFile): Promise<UpContext> {
  await writeHeldSpec(held, file);
  const made = await createHeldContext(held, await loadSpec(held.view.specFile));
  const up: UpContext = { ...made, only: [] };
  try {
    await checkMachine(up, QUIET);
    await prepare(up, QUIET);
    await configure(up, QUIET);
    return up;
  } finally {
    // What is asked for after this opens what it needs again.
    await up.driver.close();
  }
}
