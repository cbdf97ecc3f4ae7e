import { loadClusterRecord } from '../../nodes/cluster-view.ts';
import { loadRing } from '../../store/ring.ts';
import type { UpContext } from '../context.ts';
import { openStore } from '../ring/open-store.ts';
import type { PlanFacts } from './plan-digest.ts';

/** Looks at what a plan rests on beside its changes. Throws nothing. */
export async function loadPlanFacts(context: UpContext): Promise<PlanFacts> {
  const record = await loadClusterRecord(context.layout.dir).catch(() => null);
  const applied = record === null ? null : { spec: record.specDigest, program: record.program };
  return { applied, ringEpoch: await loadEpoch(context) };
}

async function loadEpoch(context: UpContext): Promise<number | null> {
  const store = await openStore(context).catch(() => null);
  if (store === null) return null;
  try {
    return (await loadRing(store))?.epoch ?? 0;
  } catch {
    return null;
  } finally {
    store.close();
  }
}
