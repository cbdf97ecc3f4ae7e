/** A random sequence of faults, the same for the same seed. Pure. */
import { DRILLS } from './drill-kinds.ts';
import type { PlannedFault } from './drill-plan.ts';
import type { FaultSettings } from './faults/fault.ts';
import type { PlanFacts } from './plan-drill.ts';

export interface RotWish {
  readonly durationMs: number;
  readonly seed: number;
  readonly stream: string;
}

const SHORTEST_MS = 2_000;
const LONGEST_MS = 12_000;
/** From one fault to the next at the least; all but the first also wait for the recovery from the last. */
const APART_MS = 15_000;

/** Plans as many faults as may fit into the time; those that do not are left out when their time comes. */
export function planRot({ durationMs, seed, stream }: RotWish, facts: PlanFacts): PlannedFault[] {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const candidates = listCandidates(stream, facts);
  const longestMs = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, durationMs / 2));
  const faults: PlannedFault[] = [];
  for (let atMs = 0; atMs + SHORTEST_MS < durationMs; atMs += APART_MS) {
    const forMs = Math.round(SHORTEST_MS + random() * (longestMs - SHORTEST_MS));
    const settings = pick(candidates);
    faults.push({ id: String(faults.length + 1), atMs, forMs, whenSteady: faults.length > 0, settings });
  }
  return faults;
}

/** Every fault on every target that leaves viewers a replica and an edge of their region or another. */
function listCandidates(stream: string, facts: PlanFacts): FaultSettings[] {
  const { peers, regions } = facts.view;
  const names = peers.map(({ name }) => name);
  const of = (name: string, targets: readonly string[], amount = 0): FaultSettings[] => {
    const faultOf = DRILLS.find((drill) => drill.name === name)!.faultOf!;
    return targets.map((target) => faultOf(target, amount, facts));
  };
  const edges = peers.filter(({ roles }) => roles.includes('edge')).map(({ name }) => name);
  const serving = peers
    .filter(({ roles }) => roles.includes('edge') || roles.includes('origin'))
    .map(({ name }) => name);
  return [
    ...(regions.length > 1 ? [...of('fail-region', regions), ...of('freeze-region', regions)] : []),
    ...of('fail-node', names),
    ...of('freeze-node', names),
    ...of('fail-edge', edges),
    ...of('stale-origin', serving),
    ...of('slow-origin', serving, 400),
    ...of('errors-origin', serving, 50),
    ...of('kill-transcoder', [stream]),
    ...of('freeze-transcoder', [stream]),
    ...of('gap-packager', [stream]),
    ...of('fail-store', ['']),
    ...of('fail-control', ['']),
  ];
}

/** Mulberry32: enough for picking. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
