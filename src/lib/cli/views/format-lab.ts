/** The table of a lab's machines. Pure. */
import type { LabStatus } from '../../lab/status.ts';
import { formatTable } from './format-table.ts';

/** Formats a heading line and a line for each machine. */
export function formatLab({ lab, state, machines, cut, delays }: LabStatus): string[] {
  const gone = cut.length === 0 ? '' : ` · cut off: ${cut.join(', ')}`;
  const rows = machines.map(({ name, region, address, state: power, cut: isCut }) =>
    [name, region, address, power, isCut ? 'cut off' : 'joined'].map((text) => ({ text })),
  );
  const columns = ['machine', 'region', 'address', 'power', 'network'].map((title) => ({ title }));
  const far = delays.map(({ regions, eachWayMs }) => ` · ${regions.join('–')} ${eachWayMs} ms each way`);
  return [
    `  lab ${lab} · ${state} · ${machines.length} machines${gone}${far.join('')}`,
    '',
    ...formatTable({ columns, rows }, 100).map((line) => `  ${line}`),
  ];
}
