/** `ring explain`: what a ring does, on one screen, with the cluster's own nodes and streams. Pure. */
import type { RingLesson } from '../../membership/ring-lesson.ts';
import { formatCost } from '../../placement/encoder-cost.ts';
import { cutText, padText, plainText, textWidth, wrapText } from './fit-text.ts';
import { formatWhole } from './format-figures.ts';
import { count, formatShare, MARGIN } from './format-ring.ts';
import type { Paint } from './paint.ts';

interface Paragraph {
  readonly title: string;
  readonly text: string;
  /** Lines that are not broken. */
  readonly figure?: readonly string[];
}

const LABEL = 3;
/** Longer lines are hard to read. */
const MOST_COLUMNS = 96;
const MOST_NAMES = 4;

/** Formats the lesson; about 24 lines at 80 columns. */
export function formatRingLesson(lesson: RingLesson, columns: number, paint: Paint): string[] {
  const width = Math.min(columns, MOST_COLUMNS) - MARGIN.length;
  const paragraphs = [tellName, tellPoints, tellOwner, tellLimit, tellJoin, tellMove].map((tell) =>
    tell(lesson),
  );
  const lines = paragraphs.flatMap(({ title, text, figure = [] }, index) => {
    const [first = '', ...rest] = wrapText(`${title} ${text}`, width - LABEL);
    const told = [`${index + 1}  ${first.replace(title, () => paint.strong(title))}`, ...rest.map(indent)];
    return [...told, ...figure.map((line) => indent(cutText(line, width - LABEL)))];
  });
  const { cluster, region, epoch, join } = lesson;
  const heading = `Who carries a stream? · cluster ${plainText(cluster)}, region ${plainText(region)}, ring epoch ${epoch}`;
  const command = `streamctl ring plan add-node ${join.node} --region ${region}`;
  return [
    ...wrapText(heading, width).map(paint.strong),
    '',
    ...lines,
    '',
    ...wrapText(`Try it, it changes nothing: ${command}`, width),
  ].map((line) => `${MARGIN}${line}`.trimEnd());
}

const indent = (line: string): string => ' '.repeat(LABEL) + line;

function tellName({ example }: RingLesson): Paragraph {
  const text =
    `"${plainText(example.key)}" hashes to ${formatPlace(example.position)} of the way round, ` +
    'the same on every machine.';
  return { title: 'A name is a place on a circle.', text };
}

function tellPoints({ members }: RingLesson): Paragraph {
  const weights = new Set(members.map(({ weight }) => weight));
  const points = members.reduce((sum, member) => sum + member.points, 0);
  const even =
    weights.size === 1 && members.length > 1 ? `; ${formatShare(1 / members.length)} each would be even` : '';
  const shares = listFew(members.map(({ name, share }) => `${plainText(name)} ${formatShare(share)}`));
  const text =
    `160 points for each unit of weight ("virtual nodes"), ${formatWhole(points)} in all, scattered by the hash. ` +
    `A node owns what lies before its points: ${shares}${even}.`;
  return { title: 'Nodes have places, too.', text };
}

function tellOwner({ example, next }: RingLesson): Paragraph {
  const labels = [plainText(example.key), ...next.map(({ node }) => plainText(node))];
  const places = [example.position, ...next.map(({ position }) => position)].map(formatPlace);
  const widths = labels.map(
    (label, at) => Math.max(textWidth(label) + (at === 0 ? 4 : 0), places[at]!.length) + 3,
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => padText(text, widths[at]!))
      .join('')
      .trimEnd();
  const arrow = `${labels[0]} ${'-'.repeat(Math.max(1, widths[0]! - textWidth(labels[0]!) - 3))}>`;
  const [successor] = example.successors;
  const after = successor === undefined ? '' : `; should it go, ${plainText(successor)} does`;
  return {
    title: 'A stream belongs to the next point clockwise.',
    text: `Here ${plainText(example.owner ?? '')} owns ${plainText(example.key)}${after}.`,
    figure: [line(places), line([arrow, ...labels.slice(1)])],
  };
}

function tellLimit({ members, balance, load, displaced, streams }: RingLesson): Paragraph {
  const active = members.filter(({ state }) => state === 'active');
  const limit = active[0] === undefined ? 0 : active[0].limit / active[0].weight;
  const [first] = displaced;
  const aside =
    first === undefined
      ? `Of ${count(streams.length, 'stream')} none has to.`
      : `${displaced.length} of ${count(streams.length, 'stream')} did: ${plainText(first.key)} (${plainText(first.owner ?? '')} → ${first.placed.map(plainText).join(' and ')})${displaced.length > 1 ? ', …' : '.'}`;
  const text =
    `The region carries ${formatCost(load)} encodes of 720p30; ${balance} × the fair share, ` +
    `${formatCost(Math.round(limit))} per weight, is full, and a stream whose owner is full goes on clockwise. ${aside}`;
  return { title: 'Nobody drowns.', text };
}

function tellJoin({ join, streams, members }: RingLesson): Paragraph {
  const text =
    `Should ${join.node} join, it gets ${formatShare(join.share)} of the circle and ${join.moved} of ${count(streams.length, 'stream')}; the others stay. ` +
    `Counting off (hash modulo ${members.length + 1}) would move ${join.movedByModulo}.`;
  return { title: 'Changes are small.', text };
}

function tellMove(): Paragraph {
  const text =
    'The new node runs the stream and must make the same segments before the old one stops; else nothing moves.';
  return { title: 'A move is make-before-break.', text };
}

function formatPlace(position: number): string {
  return `${(position * 100).toFixed(2)} %`;
}

function listFew(texts: readonly string[]): string {
  const shown = texts.slice(0, MOST_NAMES).join(', ');
  return texts.length > MOST_NAMES ? `${shown} and ${texts.length - MOST_NAMES} more` : shown;
}
