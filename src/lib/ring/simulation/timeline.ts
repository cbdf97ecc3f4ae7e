/**
 * What happens in a simulation: steady, nodes join, as many leave, some or a whole region fail, and come back. When a
 * region fails its viewers go to the others in equal parts.
 */
import { StreamctlError } from '../../base/errors.ts';
import { splitEvenly, zipfViewers } from './popularity.ts';
import { makeStreamKeys, RegionView } from './region-view.ts';

export interface SimulationOptions {
  readonly nodes: number;
  readonly streams: number;
  readonly viewers: number;
  readonly regions: number;
  /** Nodes that join, and afterwards leave by plan; dealt over the regions in turn. */
  readonly add: number;
  /** Nodes that fail, dealt over the regions in turn, or a whole region. */
  readonly fail: number | 'region';
  /** Exponent of Zipf's law. */
  readonly zipf: number;
  /** Bound of `ring-bounded` and of `ring-split`, as load over mean. */
  readonly balance: number;
  readonly splitBalance: number;
  /** `ring-split` gives a stream another owner for each such share of a node's mean load that it brings. */
  readonly splitShare: number;
  /** Viewers that one node can carry: what the bill is counted with. */
  readonly nodeViewers: number;
  readonly seed: number;
}

export const SIMULATION_DEFAULTS: SimulationOptions = {
  nodes: 30,
  streams: 10_000,
  viewers: 2_000_000,
  regions: 1,
  add: 1,
  fail: 1,
  zipf: 1,
  balance: 1.25,
  splitBalance: 1.1,
  splitShare: 0.15,
  nodeViewers: 10_000,
  seed: 1,
};

export interface Phase {
  readonly name: 'steady' | 'joined' | 'left' | 'failed' | 'healed';
  /** What happened, for people. */
  readonly title: string;
  readonly regions: readonly RegionView[];
}

/** The most cells (streams × nodes) that a simulation may have; each strategy holds eight bytes a cell. */
const MAX_CELLS = 25_000_000;

/** The most streams, counted in each region; with its lists of nodes one takes some 3 kB, and a heap may have 2 GB. */
const MAX_STREAMS = 500_000;

/** Lays out the phases. Throws USAGE for numbers that make no cluster. */
export function makeTimeline(options: SimulationOptions): Phase[] {
  checkOptions(options);
  const { nodes, regions, add, fail } = options;
  const keys = makeStreamKeys(options.streams, options.seed);
  const demand = splitEvenly(zipfViewers(options.streams, options.viewers, options.zipf), regions);
  const first = dealOut(nodes, regions);
  const more = dealOut(add, regions);
  const lost = fail === 'region' ? null : dealOut(fail, regions);
  const view = (at: number, members: readonly number[], viewers: Uint32Array): RegionView =>
    new RegionView(`r${at + 1}`, members, { demand: viewers, keys });
  const steady = demand.map((viewers, at) => view(at, slots(0, first[at]!), viewers));
  const joined = demand.map((viewers, at) => view(at, slots(0, first[at]! + more[at]!), viewers));
  const failed =
    lost === null
      ? loseLast(demand).map((viewers, at) =>
          view(at, at === regions - 1 ? [] : slots(0, first[at]!), viewers),
        )
      : demand.map((viewers, at) => view(at, slots(lost[at]!, first[at]!), viewers));
  const what = lost === null ? `region r${regions} lost` : `${count(Number(fail), 'node')} lost`;
  return [
    { name: 'steady', title: count(nodes, 'node'), regions: steady },
    { name: 'joined', title: `${count(add, 'node')} joined`, regions: joined },
    { name: 'left', title: `${count(add, 'node')} left`, regions: steady },
    { name: 'failed', title: what, regions: failed },
    { name: 'healed', title: 'all back', regions: steady },
  ];
}

function checkOptions({ nodes, streams, viewers, regions, add, fail }: SimulationOptions): void {
  const refuse = (why: string, hint: string): never => {
    throw new StreamctlError('USAGE', `simulate a ring: ${why}`, { hint });
  };
  if (regions > nodes) refuse(`${nodes} nodes are too few for ${regions} regions`, 'Give more --nodes.');
  if (fail === 'region' && regions < 2) {
    refuse('with one region there is nobody left when it fails', 'Give --regions 2 or more.');
  }
  const first = dealOut(nodes, regions);
  if (fail !== 'region' && dealOut(fail, regions).some((lost, at) => lost >= first[at]!)) {
    refuse(
      `losing ${fail} of ${nodes} nodes leaves a region without any`,
      'Let fewer fail, or --fail region.',
    );
  }
  if (streams * regions > MAX_STREAMS) {
    const where = regions === 1 ? '' : ` in each of ${regions} regions`;
    refuse(
      `${streams} streams${where} are more than ${MAX_STREAMS / 1e6} million`,
      'Give fewer --streams: the popular ones decide.',
    );
  }
  if (viewers < streams) refuse('fewer viewers than streams', 'Give more --viewers or fewer --streams.');
  if (streams * (nodes + add) > MAX_CELLS) {
    refuse(
      `${streams} streams on ${nodes + add} nodes are more than ${MAX_CELLS / 1e6} million pairs`,
      'Give fewer --streams: the popular ones decide.',
    );
  }
}

function loseLast(demand: readonly Uint32Array[]): Uint32Array[] {
  const kept = demand.slice(0, -1);
  const extra = splitEvenly(demand.at(-1)!, kept.length);
  const more = kept.map((own, at) => own.map((viewers, stream) => viewers + extra[at]![stream]!));
  return [...more, new Uint32Array(demand[0]!.length)];
}

function dealOut(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, at) => Math.floor((total + parts - 1 - at) / parts));
}

function slots(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
