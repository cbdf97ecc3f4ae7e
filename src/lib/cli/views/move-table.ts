import type { ClusterStatus } from '../../health/cluster-status.ts';
import type { MoveReport } from '../../health/report.ts';
import { formatWhole } from './format-figures.ts';
import type { Table } from './format-table.ts';
import { type Paint, paintState } from './paint.ts';

/** So many are shown; the others are counted. */
const MAX_ROWS = 12;

/** A row per replica that moves or should, those under way first. Pure. */
export function moveTable({ moves, movesTotal }: ClusterStatus, paint: Paint): Table {
  const row = ({ stream, from, to, state, why, note }: MoveReport) => [
    { text: stream },
    { text: `${from} → ${to ?? '?'}` },
    { text: state, paint: paintState(state, paint) },
    { text: why },
    { text: note },
  ];
  const shown = moves.slice(0, MAX_ROWS).map(row);
  const more = movesTotal - shown.length;
  return {
    columns: [
      { title: 'move', shrinkTo: 16 },
      { title: 'from → to', shrinkTo: 20 },
      { title: 'state' },
      { title: 'why', expendable: 1 },
      { title: 'waits for', shrinkTo: 12, expendable: 2 },
    ],
    rows:
      more > 0
        ? [...shown, [`and ${formatWhole(more)} more`, '', '', '', ''].map((text) => ({ text }))]
        : shown,
  };
}
