/** The moments that a timeline names, in rows so that their labels do not cover one another. Pure. */
import type { DrillRun } from '../drill-result.ts';
import { wordMs } from './headline.ts';

export interface TimelineMark {
  readonly x: number;
  /** From the top. */
  readonly row: number;
  readonly label: string;
  readonly kind: 'fault' | 'system' | 'heal';
  /** The label stands left of its line. */
  readonly left: boolean;
}

const CHARACTER = 6.6;
const RIGHT_EDGE = 985;
const SPARE = 14;

/** Places faults, heals, and what the cluster did. */
export function placeMarks(run: DrillRun, { x }: { x: (sec: number) => number }): TimelineMark[] {
  const placed: { fromX: number; toX: number; row: number }[] = [];
  return listMoments(run)
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, label, kind }) => {
      const at = x((atMs - run.faultMs!) / 1000);
      const width = label.length * CHARACTER;
      const left = at + width + SPARE > RIGHT_EDGE;
      const [fromX, toX] = left ? [at - width - SPARE, at + 4] : [at - 4, at + width + SPARE];
      let row = 0;
      while (placed.some((one) => one.row === row && one.fromX < toX && fromX < one.toX)) row += 1;
      placed.push({ fromX, toX, row });
      return { x: at, row, label, kind, left };
    });
}

function listMoments(run: DrillRun): { atMs: number; label: string; kind: TimelineMark['kind'] }[] {
  const { faultMs, healedMs, recoveredMs, events } = run;
  if (faultMs === null) return [];
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  const faults = of('fault');
  const many = faults.length > 1;
  const since = (ms: number | null, label: string) =>
    ms === null ? [] : [{ atMs: faultMs + ms, label: `${label} ${wordMs(ms)}`, kind: 'system' as const }];
  const heals = many ? of('healed') : of('healed').slice(-1);
  return [
    ...faults.map(({ atMs }, index) => ({
      ...{ atMs, kind: 'fault' as const },
      label: many ? `fault ${index + 1}` : 'fault',
    })),
    ...since(run.seen.movedMs, 'viewers moved'),
    ...since(run.detectMs, 'noticed'),
    ...since(run.switchMs, 'feeds changed'),
    ...since(run.replaceMs, 'redundant again'),
    ...heals.map(({ atMs }) => ({ atMs, label: 'healed', kind: 'heal' as const })),
    ...(healedMs !== null && recoveredMs !== null
      ? [{ atMs: healedMs + recoveredMs, label: 'steady again', kind: 'heal' as const }]
      : []),
  ];
}
