/** `ring show` as lines: the members of each region against their fair share, then the circle. Pure. */
import type {
  MemberDescription,
  RegionDescription,
  RingDescription,
} from '../../membership/describe-ring.ts';
import { COST_UNIT } from '../../placement/encoder-cost.ts';
import { cutText, plainText, wrapText } from './fit-text.ts';
import { formatWhole } from './format-figures.ts';
import { type Cell, type Column, formatTable } from './format-table.ts';
import type { Paint } from './paint.ts';
import { NODE_LETTERS } from './ring-circle.ts';

export const MARGIN = '  ';
const BAR_WIDTH = 10;
const LEGEND =
  'load: encodes of 720p at 30 frames a second; in the bar | is the fair load and the end is full';

/** Formats heading, a table a region, and what needs attention; no line is wider than `columns`. */
export function formatRing(ring: RingDescription, columns: number, paint: Paint): string[] {
  const width = columns - MARGIN.length;
  const tables = ring.regions.flatMap((region) => ['', ...formatRegion(ring, region, { width, paint })]);
  const notes = wordNotes(ring).flatMap((note) => wrapText(note, width));
  const legend = paint.symbols ? LEGEND.replace('|', '│') : LEGEND;
  const lines = [
    ...wrapText(wordHeading(ring), width).map(paint.strong),
    ...tables,
    '',
    ...wrapText(legend, width).map(paint.quiet),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ];
  return lines.map((line) => `${MARGIN}${line}`.trimEnd());
}

function wordHeading({ cluster, epoch, members, regions, streams, replicas }: RingDescription): string {
  const parts = [
    `ring of cluster ${plainText(cluster)}`,
    `epoch ${epoch}`,
    count(regions.length, 'region'),
    count(members.length, 'node'),
    `${count(streams, 'stream')} placed, ${count(replicas, 'replica')} each`,
  ];
  return parts.join(' · ');
}

interface RegionPlace {
  readonly width: number;
  readonly paint: Paint;
}

function formatRegion(ring: RingDescription, region: RegionDescription, place: RegionPlace): string[] {
  const { width, paint } = place;
  const members = ring.members.filter((member) => member.region === region.name);
  const busiest =
    region.load === 0
      ? 'nothing is placed'
      : `the busiest node carries ${region.maxOverMean.toFixed(2)} × its fair load; full is ${ring.balance} ×`;
  const heading = cutText(`region ${plainText(region.name)} · ${busiest}`, width);
  const rows = members.map((member, index) => memberRow(member, index, paint));
  return [heading, ...formatTable({ columns: COLUMNS, rows }, width, paint.quiet)];
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'node', shrinkTo: 12 },
  { title: 'weight', align: 'right', expendable: 3 },
  { title: 'points', align: 'right', expendable: 5 },
  { title: 'share', align: 'right' },
  { title: 'fair', align: 'right', expendable: 2 },
  { title: 'streams', align: 'right' },
  { title: 'load', align: 'right' },
  { title: 'fair', align: 'right', expendable: 6 },
  { title: '', expendable: 4 },
  { title: 'state', shrinkTo: 8, expendable: 1 },
];

function memberRow(member: MemberDescription, index: number, paint: Paint): Cell[] {
  const { name, weight, points, share, fairShare, streams, load, fairLoad, state } = member;
  const draining = state === 'draining';
  const full = !draining && load > 0 && load >= member.limit;
  return [
    { text: NODE_LETTERS[index] ?? '' },
    { text: name },
    { text: String(weight) },
    { text: formatWhole(points) },
    { text: formatShare(share) },
    { text: formatShare(fairShare) },
    { text: formatWhole(streams) },
    { text: formatLoad(load), ...(full ? { paint: paint.warn } : {}) },
    { text: draining ? '–' : formatLoad(fairLoad) },
    { text: draining ? '' : loadBar(member, paint.symbols) },
    draining
      ? { text: 'draining', paint: paint.warn }
      : full
        ? { text: 'full', paint: paint.warn }
        : { text: '' },
  ];
}

/** The load as a bar that ends where the node is full, with a mark at the fair load. */
function loadBar({ load, fairLoad, limit }: MemberDescription, symbols: boolean): string {
  if (limit <= 0) return '';
  const [full, empty, mark, end] = symbols ? ['█', '░', '│', ''] : ['=', '.', '|', ']'];
  const filled = Math.min(BAR_WIDTH, Math.round((load / limit) * BAR_WIDTH));
  const fair = Math.min(BAR_WIDTH - 1, Math.round((fairLoad / limit) * BAR_WIDTH));
  const bar = Array.from({ length: BAR_WIDTH }, (_, at) => (at === fair ? mark : at < filled ? full : empty));
  return `${bar.join('')}${end}`;
}

/** `1.56`, in units of cost: in a column the same decimals for all. */
function formatLoad(cost: number): string {
  return (cost / COST_UNIT).toFixed(2);
}

/** `31.2 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function wordNotes({ moves, pins, refusals }: RingDescription): string[] {
  const notes: string[] = [];
  if (moves.planned + moves.running > 0) {
    notes.push(`${moves.running} moving, ${moves.planned} still to move; see them with: streamctl ring plan`);
  }
  const pinned = Object.entries(pins).map(([stream, nodes]) => `${stream} to ${nodes.join(' and ')}`);
  if (pinned.length > 0) notes.push(`pinned: ${pinned.join(', ')}`);
  return [...notes, ...refusals.map(({ stream, lack, cure }) => `! ${stream}: ${lack}. ${cure}`)].map(
    plainText,
  );
}

/** `1 node`, `2 nodes`. */
export function count(number: number, word: string): string {
  return `${formatWhole(number)} ${number === 1 ? word : `${word}s`}`;
}
