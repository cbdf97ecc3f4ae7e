/** The result of `ring simulate` as tables, and what it means in nodes to buy. Pure. */
import type { PhaseResult, SimulationResult, StrategyResult } from '../../ring/simulation/simulate.ts';
import { wrapText } from './fit-text.ts';
import { formatWhole } from './format-figures.ts';
import { type Cell, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';

const INDENT = '  ';

/** Formats the whole result, at most `width` columns wide. */
export function formatRingSimulation(result: SimulationResult, width: number, paint: Paint): string[] {
  const { nodes, regions, streams, viewers, zipf } = result.options;
  const about = [
    `${formatWhole(nodes)} nodes in ${regions} ${regions === 1 ? 'region' : 'regions'}`,
    `${formatWhole(streams)} streams`,
    `${formatWhole(viewers)} viewers (Zipf ${zipf})`,
  ];
  const wide = width - INDENT.length;
  const tell = (text: string): string[] => wrapText(text, wide);
  const head = (text: string): string[] => tell(text).map(paint.strong);
  return [
    ...tell(about.join(' · ')),
    '',
    ...head('Busiest node, as a multiple of the mean'),
    ...busiestTable(result, wide, paint),
    '',
    ...head('Viewers moved to another node, of all viewers (in brackets: without a cause of their own)'),
    ...movedTable(result, wide, paint),
    '',
    ...head('Steady, and what to buy'),
    ...costTable(result, wide, paint),
    '',
    ...wordBill(result).flatMap(tell),
  ].map((line) => (line === '' ? '' : INDENT + line));
}

function busiestTable(result: SimulationResult, width: number, paint: Paint): string[] {
  return phaseTable(result, { width, paint, first: 0, cell: (phase) => phase.maxOverMean.toFixed(2) });
}

function movedTable(result: SimulationResult, width: number, paint: Paint): string[] {
  const cell = ({ movedShare, collateralShare }: PhaseResult): string => {
    const collateral = collateralShare < 0.0005 ? '' : ` (${toPercent(collateralShare)})`;
    return `${toPercent(movedShare)}${collateral} %`;
  };
  return phaseTable(result, { width, paint, first: 1, cell });
}

interface PhaseTable {
  readonly width: number;
  readonly paint: Paint;
  /** The first phase that has a column: nobody has moved in the steady one. */
  readonly first: number;
  readonly cell: (phase: PhaseResult) => string;
}

function phaseTable(result: SimulationResult, { width, paint, first, cell }: PhaseTable): string[] {
  const columns = result.phases.slice(first).map(({ title }) => ({ title, align: 'right' as const }));
  const rows = result.strategies.map(({ strategy, phases }) => [
    { text: strategy },
    ...phases.slice(first).map((phase) => ({ text: cell(phase) })),
  ]);
  return formatTable({ columns: [{ title: 'strategy' }, ...columns], rows }, width, paint.quiet);
}

function costTable(result: SimulationResult, width: number, paint: Paint): string[] {
  const titles = ['off their owner', 'nodes of widest stream', 'feeds', 'nodes needed'];
  const columns = [{ title: 'strategy' }, ...titles.map((title) => ({ title, align: 'right' as const }))];
  const rows = result.strategies.map((each): Cell[] => [
    { text: each.strategy },
    { text: each.offOwnerShare === null ? '–' : formatPercent(each.offOwnerShare) },
    { text: formatWhole(each.phases[0]!.widestStream) },
    { text: formatWhole(each.feeds) },
    { text: formatWhole(each.nodesNeeded) },
  ]);
  return formatTable({ columns, rows }, width, paint.quiet);
}

function wordBill({ options, nodesIdeal, strategies }: SimulationResult): string[] {
  const find = (name: StrategyResult['strategy']): StrategyResult =>
    strategies.find(({ strategy }) => strategy === name)!;
  const [plain, split, turn] = [find('ring'), find('ring-split'), find('round-robin')];
  return [
    `If a node carries ${formatWhole(options.nodeViewers)} viewers, ${formatWhole(nodesIdeal)} nodes would do if load were even and nothing failed.`,
    `At its worst moment above the plain ring needs ${formatWhole(plain.nodesNeeded)}, ring-split ${formatWhole(split.nodesNeeded)}, round-robin ${formatWhole(turn.nodesNeeded)}.`,
    `What round-robin pays instead: each stream goes to every node that has a viewer of it, ${formatWhole(turn.feeds)} feeds over the network against ${formatWhole(split.feeds)}, and as many copies in caches.`,
  ];
}

function formatPercent(share: number): string {
  return `${toPercent(share)} %`;
}

function toPercent(share: number): string {
  return (share * 100).toFixed(1);
}
