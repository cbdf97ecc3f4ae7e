/** A small part of the circle, unrolled: how one stream finds its owner. Pure. */
import type { StreamLocation } from '../../membership/locate-stream.ts';
import { makePoints } from '../../ring/ring-points.ts';
import type { CircleNode } from './ring-circle.ts';
import { colourOf, round, text } from './ring-svg-shapes.ts';

export interface Magnified {
  readonly members: readonly CircleNode[];
  readonly example: StreamLocation;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Pieces that fit with their names in them. */
const PIECES = 7;
const HEIGHT = 26;

/** Draws the pieces around a stream's place, with an arrow from it to the next point. */
export function drawMagnified({ members, example, x, y, width }: Magnified): string {
  const { hashes, owners } = makePoints(members);
  const count = hashes.length;
  const next = hashes.findIndex((point) => point / 2 ** 32 >= example.position);
  const first = next === -1 ? count : next;
  const position = (index: number): number =>
    hashes[((index % count) + count) % count]! / 2 ** 32 + Math.floor(index / count);
  const from = position(first - 2);
  const to = position(first + PIECES - 3);
  const across = (place: number): number => round(x + ((place - from) / (to - from)) * width);
  const drawn = Array.from({ length: PIECES - 1 }, (_, step) => {
    const index = first - 1 + step;
    const [left, right] = [across(position(index - 1)), across(position(index))];
    const node = owners[((index % count) + count) % count]!;
    const name = members[node]!.name;
    const fits = right - left > name.length * 8.5 + 6;
    return (
      `<rect class="gap" fill="${colourOf(node)}" x="${left}" y="${y}" width="${round(right - left)}" height="${HEIGHT}"/>` +
      (fits ? text({ x: right - 6, y: y + 18, kind: 'on number' }, name) : '') +
      `<circle class="dot" cx="${right}" cy="${y + HEIGHT}" r="3"/>`
    );
  });
  const place = across(example.position);
  const owner = across(position(first));
  const arrow = `<path class="line" d="M${place} ${y - 9}H${Math.max(place + 6, owner - 2)}m-6 -4l6 4l-6 4"/><line class="line" x1="${place}" x2="${place}" y1="${y - 14}" y2="${y + HEIGHT}"/>`;
  const words = `${example.key} at ${(example.position * 100).toFixed(2)} %: the next point clockwise is ${example.owner ?? ''}’s`;
  return (
    drawn.join('') +
    arrow +
    text({ x, y: y - 22, kind: 'label' }, `Magnified ${Math.round(1 / (to - from))} times: ${words}`)
  );
}
