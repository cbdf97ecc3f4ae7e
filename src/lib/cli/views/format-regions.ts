/** The regions of a cluster as a table. Pure. */
import type { RegionReport } from '../region/list-regions.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const MARGIN = '  ';
const COLUMNS: readonly Column[] = [
  { title: 'region' },
  { title: 'state' },
  { title: 'nodes', align: 'right' },
  { title: 'origins', align: 'right' },
  { title: 'weight', align: 'right', expendable: 2 },
  { title: 'streams', align: 'right' },
  { title: 'names', shrinkTo: 12, expendable: 1 },
];

/** Formats a row for each region; `streams` are replicas that run there. */
export function formatRegions(regions: readonly RegionReport[], columns: number, paint: Paint): string[] {
  const rows = regions.map(({ name, state, nodes, streams }): Cell[] => {
    const origins = nodes.filter(({ roles }) => roles.includes('origin'));
    const weight = origins.reduce((sum, node) => sum + node.weight, 0);
    const numbers = [nodes.length, origins.length, weight, streams ?? '–'].map((value) => ({
      text: String(value),
    }));
    const colour = state === 'draining' ? paint.warn : paint.good;
    const names = nodes.map((node) => node.name).join(', ');
    return [{ text: name }, { text: state ?? '–', paint: colour }, ...numbers, { text: names }];
  });
  const table = formatTable({ columns: COLUMNS, rows }, columns - MARGIN.length, paint.quiet);
  return table.map((line) => `${MARGIN}${line}`.trimEnd());
}
