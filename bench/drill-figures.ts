/** The figures of drills from all of their runs. Pure. */
import type { DrillRun } from '../src/lib/drill/drill-result.ts';
import { atMost, type Bound, below, type Figure } from './figure.ts';
import type { DrillSeries } from './run-drill-series.ts';
import { quantile } from './statistics.ts';

const REGION_DRILLS = ['fail-region', 'freeze-region'];
const NODE_DRILLS = [...REGION_DRILLS, 'fail-node', 'freeze-node'];
const PART_MS = 500;

/** One line per drill for dead air, then what the cluster did, over all drills that tell. */
export function measureDrills(series: readonly DrillSeries[]): Figure[] {
  const runs = series.flatMap((each) => each.runs);
  const of = (...drills: readonly string[]): readonly DrillRun[] =>
    runs.filter(({ drill }) => drills.includes(drill));
  return [
    ...series.map(deadAir),
    worst(
      'relay changed feed, worst',
      'ms',
      runs.map(({ switchMs }) => switchMs),
      {
        must: below(1.5 * PART_MS),
        aim: atMost(PART_MS),
      },
    ),
    worst(
      'lost node noticed, worst',
      'ms',
      of(...NODE_DRILLS).map(({ detectMs }) => detectMs),
      {
        must: below(2000),
        aim: below(1000),
      },
    ),
    worst(
      'redundancy restored, worst',
      'ms',
      of('fail-node', 'freeze-node').map(({ replaceMs }) => replaceMs),
      {
        must: below(10_000),
        aim: below(5000),
      },
    ),
    worst('farther behind live after it, worst', 's', runs.map(riseOf), { must: below(0.5), aim: atMost(0) }),
    worst(
      'startup p95 of those who join, worst',
      'ms',
      runs.map(({ seen }) => seen.startupMs.p95),
      {
        must: below(2000),
        aim: below(1000),
      },
    ),
    worst(
      'joined and never played, most',
      '',
      runs.map(({ seen }) => seen.joinedNeverPlayed),
      {
        must: atMost(0),
        aim: atMost(0),
      },
    ),
    worst(
      'frames missing or repeated, most',
      '',
      runs.map(({ seen }) => seen.missingFrames + seen.repeatedFrames),
      {
        must: null,
        aim: null,
      },
    ),
    worst(
      'steady again after the heal, worst',
      'ms',
      runs.map(({ recoveredMs }) => recoveredMs),
      {
        must: null,
        aim: null,
      },
    ),
    worst(
      "CPU kept back by this machine's host, worst",
      '%',
      runs.map(({ worstStolen }) => (worstStolen === undefined ? null : Math.round(worstStolen * 100))),
      {
        must: null,
        aim: null,
      },
    ),
  ];
}

/** Dead air of all viewers of all runs. */
function deadAir({ words, drill, runs, verdicts }: DrillSeries): Figure {
  const each = runs.flatMap(({ seen }) => seen.deadAirEachMs);
  const most = runs.map(({ seen }) => seen.deadAirMs.max ?? 0);
  const any = runs.filter(({ seen }) => seen.affected > 0).length;
  const region = REGION_DRILLS.includes(drill);
  const name = words.replace(/ --duration.*/, '');
  return {
    name: `dead air p99, ${name}`,
    unit: 'ms',
    value: quantile(each, 0.99),
    must: region ? below(1000) : atMost(0),
    aim: atMost(0),
    detail:
      each.length === 0
        ? verdicts
        : `${runs.length} runs, ${any} with any; worst of each ${quantile(most, 0.5)} ms median, ${Math.max(...most)} ms most; ${verdicts}`,
  };
}

function worst(
  name: string,
  unit: string,
  values: readonly (number | null)[],
  { must, aim }: { readonly must: Bound | null; readonly aim: Bound | null },
): Figure {
  const known = values.filter((value) => value !== null);
  const spread = `${known.length} runs that tell, median ${quantile(known, 0.5) ?? '–'}`;
  return { name, unit, value: known.length === 0 ? null : Math.max(...known), must, aim, detail: spread };
}

function riseOf({ seen }: DrillRun): number | null {
  const { before, after } = seen.liveEdgeSec;
  return before === null || after === null ? null : Number(Math.max(0, after - before).toFixed(3));
}
