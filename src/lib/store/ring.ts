/**
 * The ring in the store: changed by compare-and-set on its epoch, together with its history and the moves that the change
 * asks for. An epoch never goes back: readers keep the newer of two rings, and the controller puts back one that the
 * store lost.
 */
import { confirmWritten } from './confirm-written.ts';
import { parseRing } from './parse-ring-records.ts';
import { parseRecord } from './records.ts';
import type { PlannedMove, RingChange, RingRecord } from './ring-records.ts';
import { runRingScript } from './run-ring-script.ts';
import { RESTORE_RING, WRITE_RING } from './scripts/ring.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** The ring, or null when there is none that can be read. */
export async function loadRing(reader: StoreReader): Promise<RingRecord | null> {
  const [json] = await reader.redis.mget(reader.keys.ring);
  return parseRing(json);
}

/** The ring to go by: the newer of what is known and what was found. Of two at one epoch the known one. */
export function keepNewerRing(known: RingRecord | null, found: RingRecord | null): RingRecord | null {
  if (known === null || found === null) return known ?? found;
  return found.epoch > known.epoch ? found : known;
}

export interface RingWrite {
  /** Epoch that the writer read, 0 for none. */
  readonly expected: number;
  /** At epoch `expected` + 1. */
  readonly ring: RingRecord;
  readonly change: RingChange;
  /** Replace the planned moves of the streams that they name. */
  readonly moves: readonly PlannedMove[];
  /** Streams whose planned moves are dropped. */
  readonly dropped?: readonly string[];
}

export type RingWritten =
  | { readonly written: true }
  | { readonly written: false; readonly current: RingRecord | null };

/** Writes a ring that was made from the one at epoch `expected`; says what is there when that one is not. */
export async function writeRing(store: Store, write: RingWrite): Promise<RingWritten> {
  const { expected, ring, change, moves, dropped = [] } = write;
  const reply = await runRingScript(store, WRITE_RING, {
    args: [expected, ...[ring, change, moves, dropped].map((part) => JSON.stringify(part))],
  });
  if (reply !== 1) return { written: false, current: parseRing(reply as string) };
  await confirmWritten(store, `change the ring to epoch ${ring.epoch}`);
  return { written: true };
}

/** Puts a ring back when the store has none or a lower epoch; returns whether it did. */
export async function restoreRing(store: Store, ring: RingRecord): Promise<boolean> {
  const change: RingChange = {
    epoch: ring.epoch,
    atMs: Math.round(store.clock.nowMs()),
    who: 'streamctl',
    from: 'controller',
    what: 'restore',
    reason: 'the store had no ring, or an older one',
    before: {},
    after: {},
  };
  const args = [ring.epoch, JSON.stringify(ring), JSON.stringify(change)];
  return (await runRingScript(store, RESTORE_RING, { args })) === 1;
}

/** The newest changes of the ring, oldest first. */
export async function loadRingHistory(store: Store, count: number): Promise<readonly RingChange[]> {
  const entries = await store.redis.xrevrange(store.keys.ringHistory, '+', '-', 'COUNT', count);
  return entries
    .toReversed()
    .map(([, fields]) => parseRecord<RingChange>(fields[fields.indexOf('change') + 1]))
    .filter((change) => change !== null);
}

/** Epoch of the ring in the store without reading all of it, 0 for none. */
export async function loadRingEpoch(store: Store): Promise<number> {
  const start = await store.redis.getrange(store.keys.ring, 0, 63);
  const written = /^\{"version":1,"epoch":(\d+)[,}]/.exec(start);
  return written === null ? ((await loadRing(store))?.epoch ?? 0) : Number(written[1]);
}
