/** What `ring explain` teaches with: one region of this ring, one stream, and what would happen. Pure. */
import { crc32Key } from '../ring/crc32.ts';
import { Ring } from '../ring/ring.ts';
import { makePoints } from '../ring/ring-points.ts';
import { describeRing, type MemberDescription } from './describe-ring.ts';
import { locateStream, type RingFacts, type StreamLocation } from './locate-stream.ts';
import { nextNodeName } from './next-node-name.ts';

export interface RingLesson {
  readonly cluster: string;
  readonly epoch: number;
  readonly balance: number;
  readonly region: string;
  readonly members: readonly MemberDescription[];
  /** What the region carries. */
  readonly load: number;
  /** Streams of the region that the lesson counts. */
  readonly streams: readonly string[];
  readonly example: StreamLocation;
  /** CRC-32 of the example's name. */
  readonly hash: number;
  /** Points clockwise from the example's place, with their positions. */
  readonly next: readonly { readonly node: string; readonly position: number }[];
  /** Streams of the region that run elsewhere than with their owner. */
  readonly displaced: readonly StreamLocation[];
  readonly join: {
    readonly node: string;
    /** Of the circle, 0 to 1. */
    readonly share: number;
    /** Streams that it would own, of `streams`. */
    readonly moved: number;
    /** Streams that would change places if nodes were numbered and names taken modulo their count. */
    readonly movedByModulo: number;
  };
}

export interface LessonChoice {
  readonly cluster: string;
  /** The one with the most nodes when absent, of several the first of the cluster. */
  readonly region?: string | undefined;
  /** In the order of the cluster. */
  readonly regions?: readonly string[];
  /** Every stream's name, placed or not. */
  readonly streams: readonly string[];
  /** Stream to teach with; one that runs when absent. */
  readonly example?: string | undefined;
}

const NEXT_POINTS = 4;

/** Prepares the lesson; null when the ring has no node in the region. */
export function prepareLesson(facts: RingFacts, choice: LessonChoice): RingLesson | null {
  const ring = describeRing(facts, { cluster: choice.cluster, addresses: new Map() });
  const region = choice.region ?? largest(ring.members, choice.regions ?? []);
  const members = ring.members.filter((member) => member.region === region);
  if (region === undefined || members.length === 0) return null;
  const streams = choice.streams.length === 0 ? ['demo'] : choice.streams;
  const locate = (stream: string): StreamLocation =>
    locateStream(facts, stream).find((one) => one.region === region)!;
  const located = streams.map(locate);
  const chosen = choice.example === undefined ? undefined : locate(choice.example);
  const example = chosen ?? located.find(({ placed }) => placed.length > 0) ?? located[0]!;
  const hash = crc32Key(example.key);
  const { cluster, epoch, balance } = ring;
  return {
    cluster,
    epoch,
    balance,
    region,
    members,
    load: ring.regions.find(({ name }) => name === region)!.load,
    streams,
    example,
    hash,
    next: nextPoints(members, hash),
    displaced: located.filter(({ reason }) => reason === 'full' || reason === 'was-full'),
    join: imagineJoin(members, streams),
  };
}

function largest(members: readonly MemberDescription[], order: readonly string[]): string | undefined {
  const sizes = [...Map.groupBy(members, ({ region }) => region)];
  return sizes.sort(
    ([a, own], [b, other]) => other.length - own.length || order.indexOf(a) - order.indexOf(b),
  )[0]?.[0];
}

function nextPoints(members: readonly MemberDescription[], hash: number): RingLesson['next'] {
  const { hashes, owners } = makePoints(members);
  const first = hashes.findIndex((point) => point >= hash);
  const start = first === -1 ? 0 : first;
  return Array.from({ length: Math.min(NEXT_POINTS, hashes.length) }, (_, step) => {
    const at = (start + step) % hashes.length;
    return { node: members[owners[at]!]!.name, position: hashes[at]! / 2 ** 32 };
  });
}

function imagineJoin(members: readonly MemberDescription[], streams: readonly string[]): RingLesson['join'] {
  const node = nextNodeName(members.map(({ name }) => name));
  const after = new Ring([...members, { name: node, weight: 1 }]);
  const count = members.length;
  return {
    node,
    share: after.shares().at(-1)!,
    moved: streams.filter((stream) => after.owner(stream)?.name === node).length,
    movedByModulo: streams.filter((stream) => crc32Key(stream) % count !== crc32Key(stream) % (count + 1))
      .length,
  };
}
