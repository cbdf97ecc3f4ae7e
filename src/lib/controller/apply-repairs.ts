/** Gives streams the replicas that they lack, taking over what runs already. */
import { encoderCost } from '../placement/encoder-cost.ts';
import { createWish } from '../placement/wish.ts';
import { type PlaceOutcome, type PlaceWish, placeStream } from '../store/placements.ts';
import type { Acting } from './acting.ts';
import { type Repair, runningNodes } from './choose-repairs.ts';
import { narrowToRunning } from './narrow-to-running.ts';
import { nodesNotUp } from './round-facts.ts';
import type { StreamCatalogue } from './stream-catalogue.ts';

/** Scripts under way at once: the store runs one at a time, and others wait for it too. */
const AT_ONCE = 16;

/** Carries out repairs, some at a time. */
export async function applyRepairs(
  acting: Acting,
  repairs: readonly Repair[],
  { catalogue, fingerprint }: { readonly catalogue: StreamCatalogue; readonly fingerprint: string },
): Promise<void> {
  const left = repairs.values();
  const work = async (): Promise<void> => {
    for (const repair of left) {
      acting.memory.tried.set(repair.stream, { atMs: acting.facts.nowMs, fingerprint });
      await repairStream(acting, repair, catalogue);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function repairStream(acting: Acting, repair: Repair, catalogue: StreamCatalogue): Promise<void> {
  const { facts, log } = acting;
  const { stream, why } = repair;
  const wish = wishFor(acting, repair, catalogue);
  const narrow = why === 'unplaced' ? narrowToRunning(wish, runningNodes(facts, stream)) : null;
  if (narrow !== null) {
    const adopted = await place(acting, narrow);
    if (adopted === null) return;
    log.info({ stream, nodes: adopted.placement.replicas }, 'took over what runs');
    if (adopted.placement.replicas.length >= wish.replicas) return;
  }
  const placed = await place(acting, wish);
  if (placed === null || (placed.added.length === 0 && why === 'short')) return;
  const refused = placed.refusal === null ? {} : { refused: placed.refusal.lack };
  log.info({ stream, why, gone: repair.gone, added: placed.added, ...refused }, 'placed a stream');
}

type Placed = Extract<PlaceOutcome, { kind: 'placed' }>;

/** Null when the ring has changed (the next round knows it) or the controller may not act. */
async function place({ act, store }: Acting, wish: PlaceWish): Promise<Placed | null> {
  const outcome = await act(`placement ${wish.stream}`, (token) => placeStream(store, { ...wish, token }));
  return outcome?.kind === 'placed' ? outcome : null;
}

function wishFor({ facts }: Acting, { stream, gone }: Repair, catalogue: StreamCatalogue): PlaceWish {
  const placement = facts.placements.get(stream);
  const demand = {
    stream,
    cost: placement?.cost ?? encoderCost(catalogue.settingsOf(stream)),
    region: placement?.region ?? catalogue.regionOf(facts.sessions.get(stream) ?? ''),
  };
  return createWish(facts.ring, demand, { gone, down: nodesNotUp(facts), token: null });
}
