/** A region's circle with what its letters and numbers mean beside it. Pure. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { MemberDescription } from '../../membership/describe-ring.ts';
import type { LocationReason, StreamLocation } from '../../membership/locate-stream.ts';
import { cutText, padText, plainText, wrapText } from './fit-text.ts';
import { formatShare, MARGIN } from './format-ring.ts';
import type { Paint } from './paint.ts';
import { type CircleCell, drawCircle, NODE_LETTERS } from './ring-circle.ts';

export interface RegionCircle {
  readonly region: string;
  /** By name. */
  readonly members: readonly MemberDescription[];
  /** Streams to show, those that matter most first. */
  readonly streams: readonly StreamLocation[];
  /** Streams in all. */
  readonly streamCount: number;
}

const RADIUS = 8;
const MOST_MARKS = 9;
const GAP = '   ';
/** Colours that mean no state: letters say the same. */
const COLOURS = ['cyan', 'magenta', 'blue', 'cyanBright', 'magentaBright', 'blueBright'] as const;

type Colour = (text: string, node: number | null) => string;

/** Formats the drawing; empty when there are more nodes than letters. */
export function formatRingCircle(circle: RegionCircle, columns: number, paint: Paint): string[] {
  const { region, members } = circle;
  if (members.length === 0 || members.length > NODE_LETTERS.length) return [];
  const streams = circle.streams.slice(0, MOST_MARKS);
  const points = members.reduce((sum, member) => sum + member.points, 0);
  const cells = drawCircle({
    nodes: members,
    marks: streams.map(({ position }, index) => ({ position, sign: String(index + 1) })),
    centre: [plainText(region), `${points} points`, 'clockwise'],
    radius: RADIUS,
  });
  const colour: Colour = (text, node) => (node === null || !paint.symbols ? text : tint(text, node));
  const width = 4 * RADIUS + 1;
  const beside = columns - MARGIN.length - width - GAP.length;
  const words = besideCircle({ ...circle, streams }, beside, colour);
  const height = Math.max(cells.length, words.length);
  const top = Math.max(0, Math.floor((cells.length - words.length) / 2));
  return Array.from({ length: height }, (_, row) => {
    const drawn = cells[row] === undefined ? ' '.repeat(width) : paintCells(cells[row], colour);
    return `${MARGIN}${drawn}${GAP}${words[row - top] ?? ''}`.trimEnd();
  });
}

function tint(text: string, node: number): string {
  return styleText(COLOURS[node % COLOURS.length]!, text, { validateStream: false });
}

/** Neighbours of one node are coloured together, which keeps the line short. */
function paintCells(cells: readonly CircleCell[], colour: Colour): string {
  let line = '';
  for (let at = 0; at < cells.length; ) {
    const { node } = cells[at]!;
    let text = '';
    for (; at < cells.length && cells[at]!.node === node; at++) text += cells[at]!.character;
    line += colour(text, node);
  }
  return line;
}

function besideCircle(
  { members, streams, streamCount }: RegionCircle,
  width: number,
  colour: Colour,
): string[] {
  const letterOf = new Map(members.map(({ name }, index) => [name, index]));
  const nodeLines = members.map((member, index) => {
    const text = `${NODE_LETTERS[index]}  ${plainText(member.name)}  ${formatShare(member.share)}`;
    return colour(cutText(text, width), index);
  });
  const nameWidth = Math.min(18, Math.max(0, ...streams.map(({ key }) => key.length)));
  const streamLines = streams.map((stream, index) => {
    const name = padText(cutText(plainText(stream.key), nameWidth), nameWidth);
    return cutText(`${index + 1}  ${name}  ${wordPlace(stream, letterOf)}`, width);
  });
  const more = streamCount - streams.length;
  return [
    ...inColumns(nodeLines, members, width),
    ...(streamLines.length > 0 ? [''] : []),
    ...streamLines,
    ...(more > 0 ? [cutText(`…  ${more} more: streamctl ring locate NAME`, width)] : []),
    '',
    ...wrapText(
      'Each letter is a node, and owns the pieces where it stands. A stream belongs to the piece that its name falls into.',
      width,
    ),
  ];
}

const SHORT: Partial<Record<LocationReason, string>> = {
  full: 'is full',
  'was-full': 'was full',
  draining: 'drains',
  'same-host': 'shares a machine',
};

/** `on c`, `on a: c is full`, `c, not live`. */
function wordPlace({ owner, placed, reason }: StreamLocation, letterOf: ReadonlyMap<string, number>): string {
  const letter = (node: string): string => NODE_LETTERS[letterOf.get(node) ?? -1] ?? plainText(node);
  const own = owner === null ? '' : letter(owner);
  if (placed.length === 0) return `${own}, ${reason === 'not-placed' ? 'not live' : 'not in this region'}`;
  const where = `on ${placed.map(letter).join(' and ')}`;
  if (reason === 'owner') return where;
  const short = SHORT[reason];
  return short === undefined ? `${where}: ${reason}` : `${where}: ${own} ${short}`;
}

/** Many nodes stand in two or more columns, so that the words are not higher than the circle. */
function inColumns(lines: readonly string[], members: readonly MemberDescription[], width: number): string[] {
  const longest = Math.max(...members.map(({ name }) => name.length)) + 12;
  const columns = lines.length <= 6 ? 1 : Math.max(1, Math.floor(width / (longest + 2)));
  const rows = Math.ceil(lines.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => lines[column * rows + row])
      .filter((line) => line !== undefined)
      .map((line, column, all) =>
        column === all.length - 1
          ? line
          : line + ' '.repeat(Math.max(2, longest + 2 - stripVTControlCharacters(line).length)),
      )
      .join(''),
  );
}
