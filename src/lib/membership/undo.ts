import { StreamctlError } from '../base/errors.ts';
import type { RingChange } from '../store/ring-records.ts';
import type { RingEdit } from './edits.ts';
import { differingParts, overlap, readPatch } from './patch.ts';

/**
 * Takes a change back: an edit that puts in what was there before it. Throws CONFLICT when a later change touched the
 * same parts, naming it (of `later`, the changes since, when they are given), and NOT_FOUND when there is nothing to
 * take back. An undo is a change like any other, and can be undone.
 */
export function undoOf(change: RingChange, later: readonly RingChange[] = []): RingEdit {
  const { epoch, what, before, after } = change;
  if (Object.keys(after).length === 0) {
    throw new StreamctlError('NOT_FOUND', `undo epoch ${epoch} (${what}): it changed no part of the ring`, {
      hint: 'Choose another epoch of the history.',
    });
  }
  return (ring) => {
    const changed = differingParts(after, readPatch(ring, after));
    if (changed.length === 0) return before;
    const blame = later.findLast((other) => other.epoch > epoch && overlap(after, other.after));
    const by = blame === undefined ? `up to epoch ${ring.epoch}` : `in epoch ${blame.epoch} (${blame.what})`;
    throw new StreamctlError(
      'CONFLICT',
      `undo epoch ${epoch} (${what}): changed since ${by}: ${changed.join(', ')}`,
      {
        hint:
          blame === undefined
            ? 'The history of the ring says what changed.'
            : `Undo epoch ${blame.epoch} first.`,
        details: { epoch, later: blame?.epoch ?? null, changed },
      },
    );
  };
}
