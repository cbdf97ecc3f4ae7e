/** The ways to say which node a viewer of a stream is sent to, side by side. */
import { crc32Key } from '../crc32.ts';
import { mix32 } from '../rendezvous.ts';
import { admitUnderLimit } from './admit-under-limit.ts';
import { Assignment } from './assignment.ts';
import { MAGLEV_ENTRIES, makeMaglevTable } from './maglev.ts';
import { interleave } from './popularity.ts';
import type { RegionView } from './region-view.ts';
import type { SimulationOptions } from './timeline.ts';

export type StrategyName =
  | 'ring'
  | 'ring-bounded'
  | 'ring-split'
  | 'round-robin'
  | 'modulo'
  | 'rendezvous'
  | 'maglev';

export interface RegionMoment {
  readonly view: RegionView;
  /** How the region was before; null at the start. */
  readonly previous: Assignment | null;
  readonly slots: number;
}

export interface Strategy {
  readonly name: StrategyName;
  /** Sends every viewer of the region somewhere. */
  readonly assign: (moment: RegionMoment) => Assignment;
  /** How many owners a stream of so many viewers has; null where there is no owner by the ring. */
  readonly owners: ((view: RegionView, viewers: number) => number) | null;
}

/** All strategies, this ring's three first. */
export function makeStrategies(options: SimulationOptions): Strategy[] {
  const one = (): number => 1;
  const split = (view: RegionView, viewers: number): number =>
    Math.min(
      view.members.length,
      Math.max(1, Math.ceil(viewers / ((options.splitShare * view.total) / view.members.length))),
    );
  return [
    { name: 'ring', assign: assignByOwner((view) => (stream) => view.owner(stream)), owners: one },
    {
      name: 'ring-bounded',
      assign: admitUnderLimit({ balance: options.balance, owners: one, seed: options.seed }),
      owners: one,
    },
    {
      name: 'ring-split',
      assign: admitUnderLimit({ balance: options.splitBalance, owners: split, seed: options.seed }),
      owners: split,
    },
    { name: 'round-robin', assign: assignInTurn(options.seed), owners: null },
    { name: 'modulo', assign: assignByOwner(byModulo), owners: null },
    { name: 'rendezvous', assign: assignByOwner(byRendezvous), owners: null },
    { name: 'maglev', assign: assignByOwner(byMaglev), owners: null },
  ];
}

type FindOwner = (view: RegionView) => (stream: number) => number;

/** All viewers of a stream on the one node that the function names, whatever was before. */
function assignByOwner(findOwner: FindOwner): Strategy['assign'] {
  const known = new Map<RegionView, Assignment>();
  return ({ view, slots }) => {
    const assignment = known.get(view) ?? Assignment.empty(view.demand.length, slots);
    if (view.members.length === 0 || known.has(view)) return assignment;
    known.set(view, assignment);
    const owner = findOwner(view);
    for (let stream = 0; stream < view.demand.length; stream++) {
      assignment.add(stream, owner(stream), view.demand[stream]!);
    }
    return assignment;
  };
}

const byModulo: FindOwner =
  ({ members, keys }) =>
  (stream) =>
    members[mix32(keys.hashes[stream]!) % members.length]!;

/** All weights are equal here, so the highest hash is the highest score. */
const byRendezvous: FindOwner = (view) => {
  const hashes = view.members.map((slot) => mix32(crc32Key(view.nodeName(slot))));
  return (stream) => {
    const key = view.keys.hashes[stream]!;
    let best = 0;
    let bestScore = -1;
    for (let index = 0; index < hashes.length; index++) {
      const score = mix32(key ^ hashes[index]!);
      if (score > bestScore) {
        bestScore = score;
        best = index;
      }
    }
    return view.members[best]!;
  };
};

const byMaglev: FindOwner = (view) => {
  const table = makeMaglevTable(view.members.map((slot) => view.nodeName(slot)));
  return (stream) => view.members[table[mix32(view.keys.hashes[stream]!) % MAGLEV_ENTRIES]!]!;
};

/** Every viewer on the next node in turn, as a plain load balancer does; who has a node that is up keeps it. */
function assignInTurn(seed: number): Strategy['assign'] {
  return ({ view, previous, slots }) => {
    const { demand, members } = view;
    const assignment = previous?.copy() ?? Assignment.empty(demand.length, slots);
    const missing = new Uint32Array(demand.length);
    assignment.keepOnly(members);
    for (let stream = 0; stream < demand.length; stream++) {
      const over = assignment.watching(stream) - demand[stream]!;
      if (over > 0) assignment.release(stream, over);
      missing[stream] = Math.max(0, -over);
    }
    let turn = 0;
    for (const stream of interleave(missing, seed))
      assignment.add(stream, members[turn++ % members.length]!, 1);
    return assignment;
  };
}
