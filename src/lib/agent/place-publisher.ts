/** Gives the stream of a publisher its place before it is let in. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { encoderCost } from '../placement/encoder-cost.ts';
import { createWish } from '../placement/wish.ts';
import { loadVerdicts } from '../store/controller-lease.ts';
import { type PlaceOutcome, placeStream } from '../store/placements.ts';
import { loadRing } from '../store/ring.ts';
import type { PlacementRefusal, RingRecord } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';
import type { KnownState } from './known-state.ts';

export interface PlaceDeps {
  readonly config: NodeConfig;
  readonly store: Store;
  readonly known: KnownState;
  readonly clock: Clock;
  readonly log: Logger;
  /** The stream's home: its active publisher's. */
  readonly region: string;
}

/**
 * `unplaced`: nobody could say, because the store is away or has lost its ring; the stream then belongs to the owners
 * that every agent computes. `refused`: there is no node for it.
 */
export type PlaceResult = 'placed' | 'unplaced' | { readonly refused: PlacementRefusal };

/** The ring changes while a publisher is let in about never, and four times in a row not at all. */
const ATTEMPTS = 4;

/** Places a stream, or keeps it where it is placed. Throws nothing. */
export async function placePublisher(stream: string, deps: PlaceDeps): Promise<PlaceResult> {
  try {
    return await place(stream, deps);
  } catch (error) {
    deps.log.warn({ err: error, stream }, 'could not place the stream');
    return 'unplaced';
  }
}

async function place(stream: string, deps: PlaceDeps): Promise<PlaceResult> {
  const { store, known } = deps;
  const verdicts = await loadVerdicts(store);
  const down = [...verdicts.values()].filter(({ state }) => state === 'down').map(({ node }) => node);
  let ring = known.ring;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (ring !== null) {
      const outcome = await placeOn(ring, { stream, down }, deps);
      if (outcome.kind === 'placed') return judge(outcome);
      if (outcome.kind === 'superseded') return 'unplaced';
    }
    if (!known.takeRing(await loadRing(store))) return 'unplaced';
    ring = known.ring;
    if (ring === null) return 'unplaced';
  }
  return 'unplaced';
}

async function placeOn(
  ring: RingRecord,
  { stream, down }: { readonly stream: string; readonly down: readonly string[] },
  { store, config, region }: PlaceDeps,
): Promise<PlaceOutcome> {
  const cost = encoderCost(settingsOf(config, stream));
  const demand = { stream, cost, region };
  return await placeStream(store, createWish(ring, demand, { gone: [], down: new Set(down), token: null }));
}

function judge({ placement, refusal }: Extract<PlaceOutcome, { kind: 'placed' }>): PlaceResult {
  return placement.replicas.length === 0 && refusal !== null ? { refused: refusal } : 'placed';
}
