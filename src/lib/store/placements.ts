/**
 * Placements in the store: which nodes run a stream's pipelines, what each node carries, and who got no place.
 *
 * One script places, so that of two at once the second sees what the first took. The caller computed the order of
 * candidates from the ring at an epoch, and the script refuses when the ring is at another.
 */
import { parsePlacement } from './parse-ring-records.ts';
import { parseRecord } from './records.ts';
import type { PlacedAs, PlacementRecord, PlacementRefusal } from './ring-records.ts';
import { runRingScript } from './run-ring-script.ts';
import { RELEASE_STREAM } from './scripts/place-stream.ts';
import type { Store } from './store.ts';
import type { StoreReader } from './store-reader.ts';

/** Asked for at once: more would hold up others, and a call has room for some 100,000 names. */
const BATCH = 10_000;

/** Every placement, by stream. */
export async function loadPlacements(reader: StoreReader): Promise<ReadonlyMap<string, PlacementRecord>> {
  return byStream(Object.values(await reader.redis.hgetall(reader.keys.placements)));
}

/** The placements of these streams, by stream; those that are not placed are missing. */
export async function loadPlacementsOf(
  reader: StoreReader,
  streams: readonly string[],
): Promise<ReadonlyMap<string, PlacementRecord>> {
  const records: (string | null)[] = [];
  for (let at = 0; at < streams.length; at += BATCH) {
    const some = streams.slice(at, at + BATCH);
    records.push(...(await reader.redis.hmget(reader.keys.placements, ...some)));
  }
  return byStream(records);
}

function byStream(records: readonly (string | null)[]): Map<string, PlacementRecord> {
  const found = records.map(parsePlacement).filter((record) => record !== null);
  return new Map(found.map((record) => [record.stream, record]));
}

/** The streams that a node has to run. */
export async function loadPlaced(reader: StoreReader, node: string): Promise<ReadonlyMap<string, PlacedAs>> {
  const all = Object.entries(await reader.redis.hgetall(reader.keys.placed(node)));
  return new Map(all.flatMap(([stream, as]) => (as === 'replica' || as === 'joining' ? [[stream, as]] : [])));
}

/** Encoder cost that each node carries, joining replicas too; nodes without any are missing. */
export async function loadLoads(reader: StoreReader): Promise<ReadonlyMap<string, number>> {
  const all = Object.entries(await reader.redis.hgetall(reader.keys.loads));
  return new Map(
    all.map(([node, load]) => [node, Number(load)] as const).filter(([, load]) => Number.isFinite(load)),
  );
}

/** Streams that lack a replica, and why, by name of the stream. */
export async function loadRefusals(reader: StoreReader): Promise<readonly PlacementRefusal[]> {
  return Object.values(await reader.redis.hgetall(reader.keys.refusals))
    .map((json) => parseRecord<PlacementRefusal>(json))
    .filter((record) => record !== null)
    .filter(({ stream }) => typeof stream === 'string')
    .sort((a, b) => (a.stream < b.stream ? -1 : 1));
}

export interface StreamRelease {
  readonly stream: string;
  /** Token of the controller; null for anybody else. */
  readonly token: number | null;
  /** Does nothing while a publish session of the stream is live. Default false. */
  readonly unlessLive?: boolean;
}

/** Takes a stream from all nodes, with its moves and its refusal. False when nothing was there or may be taken. */
export async function releaseStream(store: Store, release: StreamRelease): Promise<boolean> {
  const { stream, token, unlessLive = false } = release;
  const keys = [store.keys.session(stream)];
  return (
    (await runRingScript(store, RELEASE_STREAM, { token, keys, args: [stream, unlessLive ? 1 : 0] })) === 1
  );
}

export { type PlaceOutcome, type PlaceRegion, type PlaceWish, placeStream } from './place-stream.ts';
