/**
 * Viewers on the ring with bounded load. Each goes to a little loaded owner of its stream that is not full, else
 * clockwise to the next node that is not; who has a node keeps it, unless
 *   - the node is gone,
 *   - the stream got a new owner (it joined): those who were pushed aside, or are on a former owner, go there,
 *   - the node is above its limit because the mean went down: it gives up the excess.
 */
import { loadLimit } from '../bounded-load.ts';
import { Assignment } from './assignment.ts';
import { interleave } from './popularity.ts';
import type { RegionView } from './region-view.ts';
import type { RegionMoment } from './strategies.ts';

/** How many owners of a popular stream are compared for each viewer. */
const OWNERS_ASKED = 6;

export interface AdmissionOptions {
  readonly balance: number;
  /** How many nodes, from the ring's owner on, own a stream of so many viewers. */
  readonly owners: (view: RegionView, viewers: number) => number;
  readonly seed: number;
}

/** Makes the strategy. */
export function admitUnderLimit(options: AdmissionOptions): (moment: RegionMoment) => Assignment {
  return ({ view, previous, slots }) => {
    const { demand, members } = view;
    const assignment = previous?.copy() ?? Assignment.empty(demand.length, slots);
    if (members.length === 0) return Assignment.empty(demand.length, slots);
    if (previous !== null) settle({ view, assignment, options }, previous);
    const missing = demand.map((viewers, stream) => viewers - assignment.watching(stream));
    admit({ view, assignment, options }, interleave(missing, options.seed));
    return assignment;
  };
}

interface Scene {
  readonly view: RegionView;
  readonly assignment: Assignment;
  readonly options: AdmissionOptions;
}

/** Sends each arrival somewhere: some node is always below its limit, so each finds one. */
function admit({ view, assignment, options }: Scene, arrivals: Uint32Array): void {
  const { loads } = assignment;
  const widths = view.demand.map((viewers) => options.owners(view, viewers));
  const { balance } = options;
  const perViewer = loadLimit({ cost: 1, total: 0, totalWeight: view.members.length, balance }, 1);
  let total = loads.reduce((sum, load) => sum + load, 0);
  for (let at = 0; at < arrivals.length; at++) {
    const stream = arrivals[at]!;
    const width = widths[stream]!;
    total++;
    const full = perViewer * total;
    const owner = chooseOwner(loads, view.walk(stream, width), { width, turn: at });
    const slot = loads[owner]! < full ? owner : chooseAside({ view, loads, full }, stream, width);
    assignment.add(stream, slot, 1);
  }
}

/** The least loaded of a few owners, others each time: nearly as even as asking all, and it does not grow with width. */
function chooseOwner(
  loads: Float64Array,
  walk: readonly number[],
  { width, turn }: { width: number; turn: number },
): number {
  let rank = turn % width;
  let best = walk[rank]!;
  for (let asked = 1; asked < OWNERS_ASKED && asked < width; asked++) {
    rank = rank + 1 === width ? 0 : rank + 1;
    if (loads[walk[rank]!]! < loads[best]!) best = walk[rank]!;
  }
  return best;
}

interface Fullness {
  readonly view: RegionView;
  readonly loads: Float64Array;
  /** The load at which a node is full. */
  readonly full: number;
}

/** The least loaded of all owners, or, when they are full, the next node clockwise that is not. */
function chooseAside({ view, loads, full }: Fullness, stream: number, width: number): number {
  let walk = view.walk(stream, width);
  let best = walk[0]!;
  for (let rank = 1; rank < width; rank++) if (loads[walk[rank]!]! < loads[best]!) best = walk[rank]!;
  for (let rank = width; loads[best]! >= full && rank < view.members.length; rank++) {
    if (rank >= walk.length) walk = view.walk(stream, rank + 1);
    best = walk[rank]!;
  }
  return best;
}

/** Takes viewers off nodes that they cannot or should not stay on; they arrive anew. */
function settle(scene: Scene, previous: Assignment): void {
  const { view, assignment, options } = scene;
  const isNew = new Set(view.members.filter((slot) => previous.loads[slot] === 0));
  const { balance } = options;
  const full = loadLimit({ cost: 0, total: view.total, totalWeight: view.members.length, balance }, 1);
  assignment.keepOnly(view.members);
  for (let stream = 0; stream < view.demand.length; stream++) {
    const over = assignment.watching(stream) - view.demand[stream]!;
    if (over > 0) assignment.release(stream, over);
    if (isNew.size > 0) goHome(scene, { stream, isNew, full });
  }
  for (const slot of view.members) relieve(scene, slot, Math.ceil(full));
}

/** Moves viewers who are on none of the stream's owners to those owners that are new, as long as these have room. */
function goHome(
  { view, assignment, options }: Scene,
  { stream, isNew, full }: { stream: number; isNew: ReadonlySet<number>; full: number },
): void {
  const width = options.owners(view, view.demand[stream]!);
  const owners = view.walk(stream, width).slice(0, width);
  const homes = owners.filter((slot) => isNew.has(slot));
  if (homes.length === 0) return;
  for (const slot of assignment.carriers(stream).filter((carrier) => !owners.includes(carrier))) {
    for (const home of homes) {
      const room = Math.max(0, Math.floor(full - assignment.loads[home]!));
      const moving = Math.min(room, assignment.get(stream, slot));
      assignment.add(stream, slot, -moving);
      assignment.add(stream, home, moving);
    }
  }
}

/** Takes what is above the limit off a node, from the streams that it does not own first. */
function relieve({ view, assignment, options }: Scene, slot: number, full: number): void {
  for (const owned of [false, true]) {
    for (let stream = 0; stream < view.demand.length && assignment.loads[slot]! > full; stream++) {
      const watching = assignment.get(stream, slot);
      if (watching === 0) continue;
      const width = options.owners(view, view.demand[stream]!);
      if (view.walk(stream, width).slice(0, width).includes(slot) !== owned) continue;
      assignment.add(stream, slot, -Math.min(watching, assignment.loads[slot]! - full));
    }
  }
}
