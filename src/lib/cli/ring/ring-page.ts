/** Everything that `ring show` prints: loading it, and putting its views together. */
import { StreamctlError } from '../../base/errors.ts';
import { findNearest } from '../../base/nearest.ts';
import { describeRing, type RingDescription } from '../../membership/describe-ring.ts';
import { loadKnownRing } from '../../membership/known-ring.ts';
import { loadRingFacts } from '../../membership/load-ring-facts.ts';
import { locateStream, type RingFacts, type StreamLocation } from '../../membership/locate-stream.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { createReach } from '../../nodes/reach.ts';
import { loadStreams } from '../../store/load-streams.ts';
import { useStoreReader } from '../use-store.ts';
import { plainText } from '../views/fit-text.ts';
import { formatRing } from '../views/format-ring.ts';
import { formatRingCircle } from '../views/format-ring-circle.ts';
import type { Paint } from '../views/paint.ts';

export interface RingPage {
  readonly ring: RingDescription;
  /** Every stream in every region shown; those that run somewhere first, and of them those away from their owner. */
  readonly streams: readonly StreamLocation[];
  /** The node whose agent told of the ring because the store did not answer; else null. */
  readonly heardFrom: string | null;
}

export interface RingPageLook {
  readonly columns: number;
  readonly paint: Paint;
  readonly draw: boolean;
}

/** Loads the ring with its streams; one region alone when it is given. Without the store it is what agents last heard. */
export async function loadRingPage(view: ClusterView, region: string | undefined): Promise<RingPage> {
  const { facts, names, heardFrom } = await loadFromStore(view).catch(async (error: unknown) => {
    const known = await loadKnownRing(view, createReach(view));
    if (known === null) throw error;
    return { facts: known.facts, names: Object.keys(view.streams), heardFrom: known.node };
  });
  const addresses = new Map(view.peers.map(({ name, address }) => [name, address]));
  const ring = describeRing(facts, { cluster: view.name, addresses, region });
  const shown = new Set(ring.regions.map(({ name }) => name));
  return { ring, streams: locateAll(facts, names).filter((one) => shown.has(one.region)), heardFrom };
}

async function loadFromStore(view: ClusterView) {
  return await useStoreReader(view, async (reader) => {
    const [facts, streams] = await Promise.all([loadRingFacts(reader), loadStreams(reader)]);
    return { facts, names: streams.map(({ name }) => name), heardFrom: null };
  });
}

function locateAll(facts: RingFacts, known: readonly string[]): StreamLocation[] {
  const names = [...new Set([...known, ...facts.placements.keys()])].sort();
  const located = names.flatMap((name) => locateStream(facts, name));
  const rank = ({ placed, reason }: StreamLocation): number =>
    placed.length === 0 ? 2 : Number(reason === 'owner');
  return located.sort((a, b) => rank(a) - rank(b));
}

/** Formats the tables and, when wanted, each region's circle. */
export function formatRingPage(
  { ring, streams, heardFrom }: RingPage,
  { columns, paint, draw }: RingPageLook,
): string[] {
  const circles = !draw
    ? []
    : ring.regions.flatMap(({ name }) => {
        const members = ring.members.filter((member) => member.region === name);
        const own = streams.filter((one) => one.region === name);
        const circle = { region: name, members, streams: own, streamCount: own.length };
        return ['', ...formatRingCircle(circle, columns, paint)];
      });
  const source =
    heardFrom === null
      ? []
      : [
          `  the store does not answer: this is what the agents last heard of it (the ring from ${plainText(heardFrom)})`,
          '',
        ];
  return [...source, ...formatRing(ring, columns, paint), ...circles];
}

/** Returns the region. Throws NOT_FOUND when the cluster has none of that name. */
export function checkRegion(view: ClusterView, region: string | undefined): string | undefined {
  if (region === undefined || view.regions.includes(region)) return region;
  const nearest = findNearest(region, view.regions);
  throw new StreamctlError('NOT_FOUND', `cluster ${view.name} has no region "${region}"`, {
    hint: nearest === null ? `Its regions are ${view.regions.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}
