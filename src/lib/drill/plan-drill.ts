/** From a wish ("fail-region eu, 100 viewers, 30 s") to the plan of a drill. Pure. */
import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import type { DrillKind, TargetKind } from './drill-kinds.ts';
import {
  DEFAULT_LIMITS,
  DEFAULT_STOPS,
  type DrillPlan,
  type JoinPlan,
  type PlannedFault,
} from './drill-plan.ts';
import { expectOf } from './expectations.ts';
import { wordLink } from './machine-drills.ts';
import { planRot } from './plan-rot.ts';

/** What is known of the cluster without asking it. */
export interface PlanFacts {
  readonly view: ClusterView;
  /** Of the stream that is watched. */
  readonly settings: StreamSettings;
  /** The only ingest node at which the stream comes in; null when there are several, or nobody knows. */
  readonly onlyIngest?: string | null;
}

export interface DrillWish {
  /** Region, node or stream; null for a drill without one. */
  readonly target: string | null;
  /** Milliseconds, per cent or viewers, as the drill has it. */
  readonly amount: number | null;
  readonly stream: string;
  readonly viewers: number;
  /** Null: as long as the drill usually takes. */
  readonly durationMs: number | null;
  /** Of what is random in the plan. */
  readonly seed: number;
}

/** Between two spells of a drill that comes and goes. */
const REST_MS = 8_000;
const SURGE_MS = 5_000;
/** Viewers that join while the fault lasts, as a share of those that were there. */
const JOINING = 0.1;
const JOIN_WITHIN_MS = 1_000;
/** After the stream's end, until it must have been seen. */
const END_SPARE_MS = 15_000;

/** Plans a drill. Throws USAGE for a wish that does not fit, NOT_FOUND for a target that the cluster does not have. */
export function planDrill(kind: DrillKind, wish: DrillWish, facts: PlanFacts): DrillPlan {
  const target = checkTarget(kind, wish.target, facts);
  const amount = checkAmount(kind, wish.amount);
  const durationMs = wish.durationMs ?? defaultDuration(kind, facts);
  const faults =
    kind.name === 'rot'
      ? planRot({ durationMs, seed: wish.seed, stream: wish.stream }, facts)
      : planFaults(kind, { target, amount, durationMs }, facts);
  return {
    drill: kind.name,
    target,
    stream: kind.target === 'stream' ? target! : wish.stream,
    viewers: wish.viewers,
    durationMs,
    faults,
    joins: planJoins(kind, { target, amount, durationMs }, wish.viewers),
    expectations: expectOf(kind, facts.settings, takesPublisher(faults, facts)),
    stops: DEFAULT_STOPS,
    limits: DEFAULT_LIMITS,
  };
}

/** Whether a fault takes the only ingest at which the stream comes in: then the slate is what must be seen. */
function takesPublisher(faults: readonly PlannedFault[], { onlyIngest }: PlanFacts): boolean {
  if (onlyIngest === undefined || onlyIngest === null) return false;
  return faults.some(({ settings }) => {
    if ('nodes' in settings) return settings.nodes.includes(onlyIngest);
    if (settings.kind !== 'stop-units') return false;
    return settings.units.some(({ node, unit }) => node === onlyIngest && unit === 'nginx-ingest');
  });
}

interface Aim {
  readonly target: string | null;
  readonly amount: number;
  readonly durationMs: number;
}

function planFaults(kind: DrillKind, { target, amount, durationMs }: Aim, facts: PlanFacts): PlannedFault[] {
  if (kind.faultOf === undefined) return [];
  const settings = kind.faultOf(target ?? '', amount, facts);
  if (kind.spellsMs === undefined) return [{ id: '1', atMs: 0, forMs: null, whenSteady: false, settings }];
  return placeSpells(kind.spellsMs, durationMs).map(({ atMs, forMs }, index) => ({
    ...{ id: String(index + 1), atMs, forMs, whenSteady: false, settings },
  }));
}

/** As many spells as fit, with a rest after each; the first in any case. */
export function placeSpells(
  lengthsMs: readonly number[],
  durationMs: number,
): { atMs: number; forMs: number }[] {
  const spells: { atMs: number; forMs: number }[] = [];
  let atMs = 0;
  for (const forMs of lengthsMs) {
    if (spells.length > 0 && atMs + forMs > durationMs) break;
    spells.push({ atMs, forMs: Math.min(forMs, durationMs) });
    atMs += forMs + REST_MS;
  }
  return spells;
}

function planJoins({ name }: DrillKind, { target, amount, durationMs }: Aim, viewers: number): JoinPlan[] {
  if (name === 'surge') return [{ atMs: 0, region: target, count: amount, withinMs: SURGE_MS }];
  // Nobody can be expected to join what has ended.
  if (name === 'drop-publisher') return [];
  const count = Math.max(1, Math.round(viewers * JOINING));
  return [{ atMs: Math.min(2_000, durationMs / 4), region: null, count, withinMs: JOIN_WITHIN_MS }];
}

function defaultDuration(kind: DrillKind, { settings }: PlanFacts): number {
  if (kind.name !== 'drop-publisher') return kind.durationMs;
  return (settings.slate.afterSec + settings.slate.maxSec) * 1000 + END_SPARE_MS;
}

/** Returns the number of a drill; 0 for one that takes none. Throws USAGE for one that does not fit. */
export function checkAmount({ name, amount }: DrillKind, given: number | null): number {
  if (amount === null) return 0;
  const fits = given !== null && Number.isFinite(given) && (amount.signed === true ? given !== 0 : given > 0);
  if (fits) return given;
  const which = amount.signed === true ? 'other than 0' : 'above 0';
  throw new StreamctlError('USAGE', `drill ${name} needs a number of ${amount.name} ${which}`, {
    hint: `See streamctl drill show ${name}.`,
  });
}

function checkTarget({ name, target }: DrillKind, given: string | null, facts: PlanFacts): string | null {
  if (target === null) return null;
  if (given !== null) return resolveTarget(target, given, facts);
  throw new StreamctlError('USAGE', `drill ${name} needs a ${target}`, {
    hint: `See streamctl drill show ${name}.`,
  });
}

/** Returns the target when the cluster has it. Throws USAGE without one, NOT_FOUND with the nearest one. */
export function resolveTarget(kind: TargetKind, given: string | null, facts: PlanFacts): string {
  if (given === null) throw new StreamctlError('USAGE', `a fault of a ${kind} needs its name as target`);
  const known = targetsOf(kind, facts);
  // A stream need not be in the spec.
  if (kind === 'stream' || known.includes(given)) return given;
  const nearest = findNearest(given, known);
  throw new StreamctlError('NOT_FOUND', `cluster ${facts.view.name} has no ${kind} "${given}"`, {
    hint: nearest === null ? `Known are ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

/** Every pair of regions, both ways and one way. */
function linkTargets(regions: readonly string[]): string[] {
  return regions.flatMap((one) =>
    regions.flatMap((other) =>
      one === other ? [] : [wordLink(one, other, false), wordLink(one, other, true)],
    ),
  );
}

/** Names of all targets of a kind. */
export function targetsOf(kind: TargetKind, { view }: PlanFacts): readonly string[] {
  if (kind === 'region') return view.regions;
  if (kind === 'link') return linkTargets(view.regions);
  return kind === 'node' ? view.peers.map(({ name }) => name) : Object.keys(view.streams);
}
