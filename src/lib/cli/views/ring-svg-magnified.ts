/** A small part of the circle, unrolled: how one stream finds its owner. Pure. */
import type { StreamLocation } from '../../membership/locate-stream.ts';
import { makePoints, type RingPoints } from '../../ring/ring-points.ts';
import type { CircleNode } from './ring-circle.ts';
import { colourOf, round, text } from './ring-svg-shapes.ts';

export interface Magnified {
  readonly members: readonly CircleNode[];
  /** At least one; the one that shows best is taken. */
  readonly streams: readonly StreamLocation[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Pieces that fit with their names in them, and how many of them lie before the stream. */
const PIECES = 6;
const BEFORE = 1;
const HEIGHT = 26;
/** Share of the width that the arrow of the best example has. */
const BEST_ARROW = 0.2;

/** Draws the pieces around a stream's place, with an arrow from it to the next point. */
export function drawMagnified({ members, streams, x, y, width }: Magnified): string {
  const points = makePoints(members);
  const cuts = streams.map((example) => cutOut(points, example));
  const cut = cuts.reduce((best, one) => (distance(one) < distance(best) ? one : best));
  const across = (place: number): number => round(x + ((place - cut.from) / (cut.to - cut.from)) * width);
  const pieces = cut.ends.slice(1).map(({ position, node }, at) => {
    const [left, right] = [across(cut.ends[at]!.position), across(position)];
    const name = members[node]!.name;
    const fits = right - left > name.length * 8.5 + 6;
    return (
      `<rect class="gap" fill="${colourOf(node)}" x="${left}" y="${y}" width="${round(right - left)}" height="${HEIGHT}"/>` +
      (fits ? text({ x: right - 6, y: y + 18, kind: 'number' }, name) : '') +
      `<circle class="dot" cx="${right}" cy="${y + HEIGHT}" r="3"/>`
    );
  });
  const { key, owner, position } = cut.example;
  const [place, end] = [across(position), across(cut.owned)];
  const arrow = `<path class="line" d="M${place} ${y - 9}H${Math.max(place + 6, end - 2)}m-6 -4l6 4l-6 4"/><line class="line" x1="${place}" x2="${place}" y1="${y - 14}" y2="${y + HEIGHT}"/>`;
  const words = `${key} at ${(position * 100).toFixed(2)} %: the next point clockwise is of ${owner ?? ''}`;
  const times = Math.round(1 / (cut.to - cut.from));
  return pieces.join('') + arrow + text({ x, y: y - 22 }, `Magnified ${times} times: ${words}`);
}

interface Cut {
  readonly example: StreamLocation;
  /** Points around the stream with their nodes; positions may be below 0 or above 1. */
  readonly ends: readonly { readonly position: number; readonly node: number }[];
  readonly from: number;
  readonly to: number;
  /** Of the point that owns the stream. */
  readonly owned: number;
}

function cutOut({ hashes, owners }: RingPoints, example: StreamLocation): Cut {
  const count = hashes.length;
  const next = hashes.findIndex((point) => point / 2 ** 32 >= example.position);
  const first = next === -1 ? count : next;
  const ends = Array.from({ length: PIECES + 1 }, (_, step) => {
    const index = first - BEFORE - 1 + step;
    const within = ((index % count) + count) % count;
    return { position: hashes[within]! / 2 ** 32 + Math.floor(index / count), node: owners[within]! };
  });
  return {
    example,
    ends,
    from: ends[0]!.position,
    to: ends.at(-1)!.position,
    owned: ends[BEFORE + 1]!.position,
  };
}

/** How far the arrow is from the length that shows best. */
function distance({ example, from, to, owned }: Cut): number {
  return Math.abs((owned - example.position) / (to - from) - BEST_ARROW);
}
