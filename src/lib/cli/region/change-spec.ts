/** Changing a cluster by its spec: the edited file is planned before it is written, and then applied as `up` does it. */
import type { MadeStream } from '../../provision/context.ts';
import { editSpecFile, type SpecFile, writeSpecFile } from '../../provision/ring/spec-file.ts';
import type { SpecEdit } from '../../spec/edit/edit-spec.ts';
import { completeSpec } from '../../spec/load.ts';
import { makePlan, type UpPlan } from '../plan-action.ts';
import { createHeldContext, refuseTakeBack, sayHalfDone, writeHeldSpec } from '../ring/held-call.ts';
import type { ClusterCall } from '../ring/ring-change-command.ts';
import { loadAppliedSpec, underLock } from '../ring/with-spec-edits.ts';
import { runUpSteps } from '../run-up-steps.ts';
import { createUpContext } from '../up-action.ts';
import { formatMadeKey } from '../views/format-streams.ts';

/** Makes the edits from the file as it is; called again under the lock. */
export type ChooseEdits = (file: SpecFile) => readonly SpecEdit[];

/** What `up` would do with the edited file; nothing is written. Throws CONFLICT when the file cannot be edited so. */
export async function planSpecChange({ view, call }: ClusterCall, choose: ChooseEdits): Promise<UpPlan> {
  const file = await loadAppliedSpec(view, call, null);
  const edited = editSpecFile(file, choose(file));
  const spec = completeSpec(edited.spec, { ...edited, file: view.specFile });
  return await makePlan(await createUpContext(spec, { ...call, mode: 'plan' }));
}

/**
 * Writes the edited file and brings the cluster to it, under the lock. When nothing was changed yet the file is put back;
 * else throws PARTLY_DONE, or INTERRUPTED after Ctrl-C, and `up` goes on. Returns streams that the store lacked, whose keys were printed.
 */
export async function applySpecChange(
  place: ClusterCall,
  choose: ChooseEdits,
): Promise<readonly MadeStream[]> {
  const { view, call } = place;
  return await underLock(view, call, async (held) => {
    const { lock } = held;
    const before = await loadAppliedSpec(view, call, null);
    const after = editSpecFile(before, choose(before));
    await writeHeldSpec(held, after);
    const context = await createHeldContext(
      held,
      completeSpec(after.spec, { ...after, file: view.specFile }),
    );
    try {
      await runUpSteps(context, call);
    } catch (error) {
      const remedy = `streamctl up goes on, with --confirm=${view.name} when something is to be taken out`;
      await refuseTakeBack(held, { soFar: 'the spec is changed, and the cluster may be in part', remedy });
      if (context.changes.list.length > 0) {
        throw sayHalfDone(error, held, { soFar: 'the spec is changed, and the cluster in part', remedy });
      }
      await writeSpecFile(before);
      throw error;
    } finally {
      await context.driver.close();
    }
    const { list } = context.changes;
    lock.tell(list.length === 1 ? '1 change' : `${list.length} changes`);
    for (const stream of context.madeStreams) call.print(formatMadeKey(stream));
    return context.madeStreams;
  });
}
