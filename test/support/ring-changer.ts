/**
 * A process that changes the ring as fast as it can, for tests of concurrency: argv has the StoreOptions and a list of
 * changes as JSON; stdout gets one outcome each: the epoch that it made, or the code of the error.
 */
import { changeRing } from '../../src/lib/membership/change-ring.ts';
import { addNode, type RingEdit, setWeight } from '../../src/lib/membership/edits.ts';
import { connectStore, type StoreOptions } from '../../src/lib/store/store.ts';
import { ringNode } from './ring-records.ts';

export type WantedChange =
  | { readonly kind: 'add'; readonly node: string }
  | { readonly kind: 'weight'; readonly node: string; readonly weight: number };

export interface ChangeOutcome {
  readonly wanted: WantedChange;
  /** Null when it was refused. */
  readonly epoch: number | null;
  readonly code: string | null;
}

function editOf(wanted: WantedChange): RingEdit {
  return wanted.kind === 'add' ? addNode(ringNode(wanted.node)) : setWeight(wanted.node, wanted.weight);
}

if (import.meta.main) {
  const [options, changes] = process.argv.slice(2).map((json) => JSON.parse(json) as unknown);
  const store = await connectStore(options as StoreOptions);
  const run = async (wanted: WantedChange): Promise<ChangeOutcome> => {
    const by = { what: `${wanted.kind} ${wanted.node}`, who: 'test', from: `pid ${process.pid}`, reason: '' };
    try {
      const { ring } = await changeRing(store, { ...by, edit: editOf(wanted), plan: false });
      return { wanted, epoch: ring.epoch, code: null };
    } catch (error) {
      return { wanted, epoch: null, code: (error as { code?: string }).code ?? String(error) };
    }
  };
  const outcomes = await Promise.all((changes as WantedChange[]).map(run));
  store.close();
  process.stdout.write(JSON.stringify(outcomes));
}
