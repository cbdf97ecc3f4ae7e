/** From the text of a drill's file to its plan. Pure. */
import { parseDurationMs } from '../../base/duration.ts';
import { StreamctlError } from '../../base/errors.ts';
import { parseYaml } from '../../spec/parse-spec.ts';
import { findShapeFaults } from '../../spec/shape-faults.ts';
import { findDrill } from '../drill-kinds.ts';
import {
  type Bound,
  DEFAULT_LIMITS,
  DEFAULT_STOPS,
  DEFAULT_VIEWERS,
  type DrillPlan,
  type Expectations,
  MAX_CALM_MS,
  type PlannedFault,
} from '../drill-plan.ts';
import { checkAmount, type PlanFacts, resolveTarget } from '../plan-drill.ts';
import { type DrillFile, drillFileJsonSchema, drillFileSchema } from './drill-file.ts';

/** Parses the text; `file` is only named in faults. Throws SPEC_INVALID with every fault in `details.diagnostics`. */
export function parseDrillFile(text: string, file: string): DrillFile {
  const shape = { schema: drillFileSchema, json: drillFileJsonSchema };
  const { raw, diagnostics } = parseYaml(text, file, (value) => findShapeFaults(value, shape));
  if (diagnostics.length === 0) return raw as DrillFile;
  const count = diagnostics.length === 1 ? '1 fault' : `${diagnostics.length} faults`;
  throw new StreamctlError('SPEC_INVALID', `${file} has ${count}, nothing was broken`, {
    hint: 'See streamctl drill example.',
    details: { diagnostics },
  });
}

/** Plans the drill of a file on a cluster. Throws NOT_FOUND or USAGE for a target that does not fit. */
export function planFile(file: DrillFile, facts: PlanFacts & { readonly stream: string }): DrillPlan {
  const durationMs = parseDurationMs(file.duration);
  const { limits = {}, joins = [], stop } = file;
  refuseLate(file, durationMs);
  const ms = (text: string | undefined, usual: number): number =>
    text === undefined ? usual : parseDurationMs(text);
  return {
    drill: file.drill,
    target: null,
    stream: facts.stream,
    viewers: file.viewers ?? DEFAULT_VIEWERS,
    durationMs,
    faults: file.faults.map((fault, index) => planFault(fault, String(index + 1), facts)),
    joins: joins.map(({ at, within, count, region }) => ({
      ...{ atMs: parseDurationMs(at), withinMs: parseDurationMs(within), count },
      region: region === undefined ? null : resolveTarget('region', region, facts),
    })),
    expectations: expectOf(file.expect ?? {}),
    stops:
      stop?.map(({ who, share, for: time }) => ({ who, share, forMs: parseDurationMs(time) })) ??
      DEFAULT_STOPS,
    limits: {
      nodes: limits.nodes ?? null,
      steadyMs: ms(limits.steady, DEFAULT_LIMITS.steadyMs),
      recoveryMs: ms(limits.recovery, DEFAULT_LIMITS.recoveryMs),
      calmMs: Math.min(MAX_CALM_MS, ms(limits.calm, DEFAULT_LIMITS.calmMs)),
      biteMs: ms(limits.bite, DEFAULT_LIMITS.biteMs),
    },
  };
}

/** What begins only when all is over would never be seen. */
function refuseLate({ faults, joins = [], duration }: DrillFile, durationMs: number): void {
  for (const [list, entries] of Object.entries({ faults, joins })) {
    const index = entries.findIndex(({ at }) => parseDurationMs(at) >= durationMs);
    if (index === -1) continue;
    throw new StreamctlError(
      'USAGE',
      `${list}.${index}: at ${entries[index]!.at} is no earlier than the end`,
      {
        hint: `The drill is over after ${duration}: give it a longer duration, or a smaller at.`,
      },
    );
  }
}

function planFault(
  { fault, target, amount, at, for: time, whenSteady }: DrillFile['faults'][number],
  id: string,
  facts: PlanFacts,
): PlannedFault {
  const kind = findDrill(fault);
  if (kind.amount !== null && amount === undefined) {
    throw new StreamctlError(
      'USAGE',
      `faults.${Number(id) - 1}: ${fault} needs an amount (${kind.amount.name})`,
    );
  }
  const aim = kind.target === null ? '' : resolveTarget(kind.target, target ?? null, facts);
  return {
    id,
    atMs: parseDurationMs(at),
    forMs: time === undefined ? null : parseDurationMs(time),
    whenSteady: whenSteady ?? false,
    settings: kind.faultOf!(aim, checkAmount(kind, amount ?? null), facts),
  };
}

function expectOf(expect: NonNullable<DrillFile['expect']>): Expectations {
  const bound = (value: number | Bound | undefined): Bound | null => {
    if (value === undefined) return null;
    return typeof value === 'number' ? { must: value, aim: value } : value;
  };
  return {
    deadAirP99Ms: bound(expect.deadAirP99Ms),
    liveEdgeRiseSec: bound(expect.liveEdgeRiseSec),
    startupP95Ms: bound(expect.startupP95Ms),
    detectMs: bound(expect.detectMs),
    switchMs: bound(expect.switchMs),
    replaceMs: bound(expect.replaceMs),
    slateForMs: bound(expect.slateForMs),
    handoverMs: bound(expect.handoverMs),
    slateMs: null,
    returnMs: null,
  };
}
