/**
 * Placing streams by the script of the store: 10,000 streams on 300 nodes of three regions in a Redis of its own. Measured
 * is what an agent does at admission, from the ring in its memory to the answer: the wish, one round trip, the script.
 */
import { changeRing } from '../src/lib/membership/change-ring.ts';
import { addNode } from '../src/lib/membership/edits.ts';
import { applyPatch } from '../src/lib/membership/patch.ts';
import { planMovesOfChange } from '../src/lib/membership/plan-moves-of-change.ts';
import { loadRingState } from '../src/lib/membership/ring-state.ts';
import { createWish } from '../src/lib/placement/wish.ts';
import { loadLoads, placeStream, releaseStream } from '../src/lib/store/placements.ts';
import type { RingNode, RingRecord } from '../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../src/lib/store/store.ts';
import { startRedis } from '../test/support/redis-server.ts';
import { below, type Figure } from './figure.ts';
import { quantile } from './statistics.ts';

const NODES = 300;
const REGIONS = ['us', 'eu', 'ap'];
const STREAMS = 10_000;
/** Placed once more each, at full load. */
const SAMPLES = 3000;
/** The usual ladder, a single rendition, 1080p on top, a copy. */
const COSTS = [1556, 1000, 3806, 50];

/** Measures placement. Takes about a minute. */
export async function measurePlacement(
  { say }: { say(line: string): void },
  address: string,
): Promise<Figure[]> {
  say(`placement: ${STREAMS} streams on ${NODES} nodes`);
  const redis = await startRedis(address);
  const store = await connectStore(redis.options);
  try {
    const ring = await makeRing(store);
    const filling = await timeEach(STREAMS, (at) => place(store, ring, at));
    const full = await timeEach(SAMPLES, async (at) => {
      await releaseStream(store, { stream: `stream-${at}`, token: null });
      return () => place(store, ring, at);
    });
    const again = await timeEach(SAMPLES, (at) => place(store, ring, at));
    return [
      figure('placing a stream, p99', full, { must: 2, detail: await describe(store, ring) }),
      figure('  while the nodes fill', filling, {}),
      figure('  nothing to do', again, {}),
      await planning(store),
    ];
  } finally {
    store.close();
    await redis.close();
  }
}

async function makeRing(store: Store): Promise<RingRecord> {
  const nodes = Array.from({ length: NODES }, (_, at): RingNode => {
    const region = REGIONS[at % REGIONS.length]!;
    const host = `10.${at % 3}.0.${at}`;
    return {
      name: `${region}-${at}`,
      region,
      host,
      weight: 1 + (at % 2),
      capacity: 200_000,
      state: 'active',
    };
  });
  const patch = { nodes: Object.fromEntries(nodes.map((node) => [node.name, node])) };
  const by = { what: 'bench', who: 'bench', from: 'bench', reason: '' };
  return (await changeRing(store, { ...by, edit: () => patch, plan: false })).ring;
}

async function place(store: Store, ring: RingRecord, at: number): Promise<void> {
  const region = REGIONS[at % REGIONS.length]!;
  const what = { stream: `stream-${at}`, cost: COSTS[at % COSTS.length]!, region };
  const outcome = await placeStream(store, createWish(ring, what, { token: null }));
  if (outcome.kind !== 'placed' || outcome.refusal !== null) throw new Error('a stream was not placed');
}

/** Milliseconds of each run, or of what a run returns to be measured. */
async function timeEach(
  count: number,
  run: (at: number) => Promise<void | (() => Promise<void>)>,
): Promise<number[]> {
  const samples: number[] = [];
  for (let at = 0; at < count; at++) {
    let began = performance.now();
    const measured = await run(at);
    if (measured !== undefined) {
      began = performance.now();
      await measured();
    }
    samples.push(performance.now() - began);
  }
  return samples;
}

async function describe(store: Store, { nodes, balance }: RingRecord): Promise<string> {
  const loads = await loadLoads(store);
  const members = nodes.map(({ name, region, weight }) => ({ region, weight, load: loads.get(name) ?? 0 }));
  const worst = Math.max(
    ...REGIONS.map((region) => {
      const own = members.filter((node) => node.region === region);
      const mean = sum(own.map(({ load }) => load)) / sum(own.map(({ weight }) => weight));
      return Math.max(...own.map(({ load, weight }) => load / weight / mean));
    }),
  );
  return `${STREAMS} streams on ${NODES} nodes; busiest over mean ${worst.toFixed(3)}, balance ${balance}`;
}

/** What `ring add-node` computes before it writes. */
async function planning(store: Store): Promise<Figure> {
  const state = await loadRingState(store);
  const node: RingNode = { ...state.ring.nodes[0]!, name: 'us-new', host: '10.9.9.9' };
  const next = applyPatch(state.ring, addNode(node)(state.ring));
  const began = performance.now();
  const { moves, maxOverMean } = planMovesOfChange(state, next);
  const ms = performance.now() - began;
  const [before, after] = [maxOverMean.before, maxOverMean.after].map((value) => value.toFixed(3));
  const detail = `${moves.length} moves; busiest over mean ${before} before, ${after} after; one run`;
  return { name: 'planning a node more', unit: 'ms', value: ms, must: null, aim: null, detail };
}

function figure(
  name: string,
  samples: readonly number[],
  { must, detail }: { readonly must?: number; readonly detail?: string },
): Figure {
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(samples, share) ?? Number.NaN);
  const spread = `p50 ${p50!.toFixed(3)}, worst ${Math.max(...samples).toFixed(2)} ms, ${samples.length} samples`;
  return {
    name,
    unit: 'ms',
    value: p99!,
    must: must === undefined ? null : below(must),
    aim: null,
    detail: detail === undefined ? spread : `${spread}; ${detail}`,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
