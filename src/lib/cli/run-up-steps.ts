/**
 * The steps of `up`, for every command that runs them: keys of the streams that they make reach somebody, also when a later
 * step fails. Under --json they are in the result alone; a failure then says whose key has to be made anew.
 */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import type { MadeStream, UpContext } from '../provision/context.ts';
import { openStore } from '../provision/ring/open-store.ts';
import { UP_STEPS } from '../provision/up.ts';
import { noteKeysShown } from '../store/stream-records.ts';
import { runSteps } from './run-steps.ts';
import { formatMadeKey } from './views/format-streams.ts';

export interface KeysView {
  /** Under --json. */
  readonly silent: boolean;
  /** Prints a line of the result, on standard output. */
  readonly print: (line: string) => void;
}

/** Runs the steps; the caller shows the keys of `madeStreams` when all went well. */
export async function runUpSteps(context: UpContext, view: KeysView): Promise<void> {
  let failure: unknown = null;
  try {
    await runSteps(UP_STEPS, context, view);
  } catch (error) {
    failure = showKeys(error, context.madeStreams, view);
  }
  if (failure === null || !view.silent) await noteShown(context);
  if (failure !== null) throw failure;
}

/** Prints the keys that a command made before it failed. Returns the failure, which says under --json that nobody saw them. */
export function showKeys(
  error: unknown,
  streams: readonly MadeStream[],
  { silent, print }: KeysView,
): unknown {
  if (streams.length === 0) return error;
  for (const stream of streams) print(formatMadeKey(stream));
  if (!silent) return error;
  const failure = toStreamctlError(error);
  const details = failure.details as { facts?: Record<string, string> } | undefined;
  const unshown = streams.map(({ name }) => name);
  const facts = { ...details?.facts, keys: wordUnshown(unshown) };
  return new StreamctlError(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: { ...details, facts, unshown },
    cause: failure,
  });
}

/** `nobody may have seen the key of gala; another: streamctl stream key rotate gala`. */
export function wordUnshown(names: readonly string[]): string {
  const another = names.map((name) => `streamctl stream key rotate ${name}`).join(', ');
  return `nobody may have seen the key of ${names.join(', ')}; another: ${another}`;
}

/** Without the store the mark stays, and the next `up` says so: too much is better than too little. */
async function noteShown(context: UpContext): Promise<void> {
  if (context.madeStreams.length === 0) return;
  const store = await openStore(context).catch(() => null);
  if (store === null) return;
  try {
    for (const { name } of context.madeStreams) await noteKeysShown(store, name, 'streamctl up');
  } catch {
    // As without it.
  } finally {
    store.close();
  }
}
