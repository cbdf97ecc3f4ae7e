/**
 * Draws the ring: for each region its circle with every piece in its node's colour and the streams at their places, the
 * nodes' shares and loads beside it, and a magnified part that shows how one stream finds its owner. One file without
 * references to others; follows the reader's dark or light setting. Pure.
 */
import type { MemberDescription, RingDescription } from '../../membership/describe-ring.ts';
import type { StreamLocation } from '../../membership/locate-stream.ts';
import { formatCost } from '../../placement/encoder-cost.ts';
import { formatShare } from './format-ring.ts';
import { drawMagnified } from './ring-svg-magnified.ts';
import { type CirclePieces, mergePieces } from './ring-svg-pieces.ts';
import { arc, colourOf, escapeXml, round, text } from './ring-svg-shapes.ts';

export interface RingDrawing {
  readonly ring: RingDescription;
  /** Every stream in every region. */
  readonly streams: readonly StreamLocation[];
}

const WIDTH = 1000;
const RADIUS = 150;
const REGION_HEIGHT = 500;
const TOP = 76;
const FOOT = 150;
const MOST_LABELS = 12;
const LINE = 16;
const MOST_MEMBERS = 14;

/** Formats the drawing as an SVG document. */
export function formatRingSvg({ ring, streams }: RingDrawing): string {
  const height = TOP + ring.regions.length * REGION_HEIGHT + FOOT;
  const title = `Ring of cluster ${ring.cluster}, epoch ${ring.epoch}`;
  const regions = ring.regions.map(({ name }, index) => {
    const members = ring.members.filter(({ region }) => region === name);
    const placed = streams.filter(({ region }) => region === name);
    return drawRegion({ ring, name, members, streams: placed, top: TOP + index * REGION_HEIGHT });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img">
<title>${escapeXml(title)}</title>
<style>
${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${text({ x: 32, y: 42, kind: 'title' }, title)}
${text({ x: 32, y: 64, kind: 'quiet' }, wordAbout(ring))}
${regions.join('\n')}
${drawFoot(height - FOOT + 24)}
</svg>
`;
}

const STYLE = `  svg { font: 14px system-ui, sans-serif; color: #1b1f24 }
  .paper { fill: #fff } text { fill: currentColor } .quiet { opacity: .7 } .title { font-weight: 600; font-size: 20px }
  .name { font-weight: 600; font-size: 16px } .number { text-anchor: end } .middle { text-anchor: middle }
  .ground { fill: currentColor; opacity: .09 } .line { stroke: currentColor; fill: none; opacity: .55 }
  .fair { stroke: currentColor; stroke-width: 2 } .dot { fill: currentColor } .gap { stroke: #fff; stroke-width: .4 }
  @media (prefers-color-scheme: dark) { svg { color: #e6e8ea } .paper { fill: #14171a } .gap { stroke: #14171a } }`;

function wordAbout({ members, streams, replicas, balance }: RingDescription): string {
  return `${members.length} nodes · ${streams} streams placed, ${replicas} replicas each · a node is full at ${balance} × its fair load`;
}

interface DrawnRegion {
  readonly ring: RingDescription;
  readonly name: string;
  readonly members: readonly MemberDescription[];
  readonly streams: readonly StreamLocation[];
  readonly top: number;
}

function drawRegion(region: DrawnRegion): string {
  const { name, members, streams, top } = region;
  const pieces = mergePieces(members);
  const points = members.reduce((sum, member) => sum + member.points, 0);
  const [x, y] = [270, top + 200];
  return [
    drawCircle(pieces, { x, y }),
    text({ x, y: y - 8, kind: 'name middle' }, name),
    text({ x, y: y + 14, kind: 'quiet middle' }, `${points} points of ${members.length} nodes`),
    drawStreams(streams, { x, y }),
    drawMembers(region, { x: 550, y: top + 34 }),
    streams.length === 0
      ? ''
      : drawMagnified({
          members,
          streams: streams.slice(0, MOST_LABELS),
          x: 32,
          y: top + 424,
          width: WIDTH - 64,
        }),
  ].join('\n');
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

function drawCircle({ pieces }: CirclePieces, centre: Spot): string {
  const paths = pieces.map(({ node, from, to }) => {
    const d = arc({ ...centre, inner: RADIUS - 34, outer: RADIUS, from, to });
    return `<path class="gap" fill="${colourOf(node)}" d="${d}"/>`;
  });
  const { x, y } = centre;
  const top = y - RADIUS - 10;
  const arrow = `<path class="line" d="M${x + 8} ${top}q28 2 52 14m-9 0l9 0l-3 -8"/>`;
  const tick = `<line class="line" x1="${x}" x2="${x}" y1="${top - 2}" y2="${y - RADIUS + 3}"/>`;
  return `${paths.join('')}${tick}${arrow}${text({ x: x - 8, y: top + 4, kind: 'quiet number' }, '0 %')}`;
}

/** Streams as dots inside the circle; the first of them with a line to their names outside. */
function drawStreams(streams: readonly StreamLocation[], centre: Spot): string {
  const shown = streams.slice(0, MOST_LABELS).toSorted((a, b) => a.position - b.position);
  const dots = streams.slice(0, 400).map(({ position }) => {
    const { x, y } = onCircle(centre, RADIUS - 42, position);
    return `<circle class="dot" cx="${x}" cy="${y}" r="3"/>`;
  });
  const names = [false, true].flatMap((left) => {
    const side = shown.filter(({ position }) => position >= 0.5 === left);
    const wanted = side.map(({ position }) => onCircle(centre, RADIUS + 16, position).y);
    const heights = spreadOut(wanted);
    return side.map(({ key, position }, index) => {
      const near = onCircle(centre, RADIUS + 3, position);
      const far = { x: onCircle(centre, RADIUS + 16, position).x + (left ? -4 : 4), y: heights[index]! };
      const line = `<line class="line" x1="${near.x}" y1="${near.y}" x2="${round(far.x)}" y2="${round(far.y)}"/>`;
      const place = { x: far.x + (left ? -4 : 4), y: far.y + 4, kind: left ? 'number' : 'label' };
      return line + text(place, key);
    });
  });
  return [...dots, ...names].join('');
}

/** Heights of lines of text, each as near to the wanted one as others let it be. */
function spreadOut(wanted: readonly number[]): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const heights = [...wanted];
  for (const [at, index] of order.entries()) {
    const above = order[at - 1];
    if (above !== undefined) heights[index] = Math.max(heights[index]!, heights[above]! + LINE);
  }
  return heights;
}

function onCircle({ x, y }: Spot, radius: number, position: number): Spot {
  const angle = position * 2 * Math.PI;
  return { x: round(x + Math.sin(angle) * radius), y: round(y - Math.cos(angle) * radius) };
}

const BAR = 120;
const ROW = 23;

/** Name, share of the circle and load of each node, the load as a bar up to where it is full. */
function drawMembers({ members, streams }: DrawnRegion, { x, y }: Spot): string {
  const heads = [
    text({ x: x + 22, y, kind: 'quiet' }, 'node'),
    text({ x: x + 178, y, kind: 'quiet number' }, 'share'),
    text({ x: x + 194, y, kind: 'quiet' }, `load, of what is full`),
  ];
  const rows = members.slice(0, MOST_MEMBERS).map((member, index) => {
    const top = y + 12 + index * ROW;
    const away = member.state === 'draining' ? ' (drains)' : '';
    return [
      `<rect fill="${colourOf(index)}" x="${x}" y="${top}" width="14" height="14" rx="3"/>`,
      text({ x: x + 22, y: top + 12 }, `${member.name}${away}`),
      text({ x: x + 178, y: top + 12, kind: 'number' }, formatShare(member.share)),
      drawLoad(member, index, { x: x + 194, y: top }),
    ].join('');
  });
  const end = y + 12 + Math.min(members.length, MOST_MEMBERS) * ROW + 18;
  const more = members.length - MOST_MEMBERS;
  const away = streams.filter(({ reason }) => reason === 'full' || reason === 'was-full').length;
  const live = streams.filter(({ placed }) => placed.length > 0).length;
  return [
    ...heads,
    ...rows,
    more > 0 ? text({ x: x + 22, y: end - 4, kind: 'quiet' }, `and ${more} more`) : '',
    text({ x, y: end + 18, kind: 'quiet' }, wordAway(live, away)),
  ].join('');
}

function wordAway(live: number, away: number): string {
  const run = `${live} ${live === 1 ? 'stream runs' : 'streams run'} here`;
  return away === 0 ? run : `${run}; ${away} not on ${away === 1 ? 'its' : 'their'} owner, which was full`;
}

function drawLoad(
  { load, fairLoad, limit, streams }: MemberDescription,
  node: number,
  { x, y }: Spot,
): string {
  const filled = limit > 0 ? Math.min(1, load / limit) * BAR : 0;
  const fair = limit > 0 ? x + (fairLoad / limit) * BAR : x;
  const mark =
    limit > 0
      ? `<line class="fair" x1="${round(fair)}" x2="${round(fair)}" y1="${y - 2}" y2="${y + 16}"/>`
      : '';
  return (
    `<rect class="ground" x="${x}" y="${y}" width="${BAR}" height="14" rx="2"/>` +
    `<rect fill="${colourOf(node)}" x="${x}" y="${y}" width="${round(filled)}" height="14" rx="2"/>${mark}` +
    text(
      { x: x + BAR + 8, y: y + 12 },
      `${formatCost(load)}, ${streams} ${streams === 1 ? 'stream' : 'streams'}`,
    )
  );
}

function drawFoot(y: number): string {
  const lines = [
    'How to read it: a stream’s name is hashed to a place on the circle, and belongs to the node whose piece it falls into, which is the',
    'node of the next point clockwise. Each node has 160 points for each unit of weight, so that shares come out nearly even, and so',
    'that the streams of a node that leaves go to all others, a little to each. A node that joins takes only what lies before its points.',
    'The line across a bar is the fair load. A stream whose owner is full goes on clockwise to the next node that is not.',
  ];
  return lines.map((line, index) => text({ x: 32, y: y + index * 22, kind: 'quiet' }, line)).join('\n');
}
