/** What an assignment costs: how wide streams are spread, and who had to move. */
import type { Assignment } from './assignment.ts';
import type { RegionView } from './region-view.ts';

export interface Spread {
  /** Nodes that carry the stream carried by most nodes of this region. */
  readonly widest: number;
  /** Pairs of a stream and a node that carries it. */
  readonly feeds: number;
}

/** Counts on how many nodes the streams are. */
export function measureSpread(view: RegionView, assignment: Assignment): Spread {
  let widest = 0;
  let feeds = 0;
  for (let stream = 0; stream < view.demand.length; stream++) {
    const width = assignment.carriers(stream).length;
    feeds += width;
    widest = Math.max(widest, width);
  }
  return { widest, feeds };
}

export interface RegionState {
  readonly view: RegionView;
  readonly assignment: Assignment;
}

export interface Moved {
  /** Viewers who are on another node than before, or in another region. */
  readonly moved: number;
  /** Of these, viewers who went from a node that stays to another that was there: nothing made them move. */
  readonly collateral: number;
}

/** Compares two times of a region. Viewers are counted where they were; arrivals are not moves. */
export function measureMoves(before: RegionState, after: RegionState): Moved {
  let moved = 0;
  let collateral = 0;
  if (before.assignment === after.assignment) return { moved, collateral };
  const gone = without(before.view.members, after.view.members);
  const isNew = without(after.view.members, before.view.members);
  for (let stream = 0; stream < before.view.demand.length; stream++) {
    let lost = 0;
    let excused = Math.max(0, before.view.demand[stream]! - after.view.demand[stream]!);
    for (const slot of before.assignment.carriers(stream)) {
      const loss = before.assignment.get(stream, slot) - after.assignment.get(stream, slot);
      if (loss <= 0) continue;
      lost += loss;
      if (gone.has(slot)) excused += loss;
    }
    if (isNew.size > 0) {
      for (const slot of after.assignment.carriers(stream)) {
        if (isNew.has(slot)) excused += after.assignment.get(stream, slot);
      }
    }
    moved += lost;
    collateral += Math.max(0, lost - excused);
  }
  return { moved, collateral };
}

function without(slots: readonly number[], others: readonly number[]): Set<number> {
  const rest = new Set(slots);
  for (const other of others) rest.delete(other);
  return rest;
}
