/** Commands that write what nodes know by the spec, at once: what `up` does before that, they would leave out. */
import { StreamctlError } from '../base/errors.ts';
import { loadClusterRecord } from '../nodes/cluster-view.ts';
import type { LoadedSpec } from '../spec/load.ts';
import type { UpContext } from './context.ts';

/**
 * Throws CONFLICT while the cluster is not what the spec says, as far as its record knows. `does` is what the command changes, as
 * a part of a sentence: `upgrade changes the program`.
 */
export async function refuseUnfinishedUp(
  { file, digest }: Pick<LoadedSpec, 'file' | 'digest'>,
  clusterDir: string,
  does: string,
): Promise<void> {
  const record = await loadClusterRecord(clusterDir);
  if (record !== null && record.specDigest !== digest) {
    throw new StreamctlError('CONFLICT', `${file} has changed since the last up`, {
      hint: `Run streamctl up first: ${does} and nothing else.`,
    });
  }
  if (record?.pending !== true) return;
  throw refuse('the last up has not come to its end: some of the cluster is as it was before', does);
}

/** Throws CONFLICT while a node runs that the spec no longer has; to be called when the driver has looked. */
export function refuseLeaving({ leaving }: Pick<UpContext, 'leaving'>, does: string): void {
  if (leaving.length === 0) return;
  const names = leaving.map(({ name }) => name).join(', ');
  throw refuse(`${names} left the spec, and may still carry streams`, does);
}

function refuse(message: string, does: string): StreamctlError {
  return new StreamctlError('CONFLICT', message, {
    hint: `Run streamctl up first: it goes on where it stopped; ${does} and nothing else.`,
  });
}
