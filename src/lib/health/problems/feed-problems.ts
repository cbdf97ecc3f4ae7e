import type { Problem, StreamStatus } from '../cluster-status.ts';
import type { FeedDifference, FeedDrift, FeedReport } from '../report.ts';
import type { ClusterFacts, FindProblems } from './cluster-facts.ts';

const WORDS: Readonly<Record<FeedDifference, string>> = {
  msn: 'segment numbers off the grid',
  grid: 'another segment duration or part target',
  behind: 'segments come late',
  start: 'segments start elsewhere',
  frames: 'other frame counts',
  parts: 'parts cut elsewhere',
  init: 'another init segment',
};
/** True of a replica by itself; the others only in comparison. */
const ABSOLUTE: readonly FeedDifference[] = ['msn', 'grid', 'behind'];

/**
 * Replicas that are not the same. Each origin names the feed that differs from what it serves, so that two regions may
 * name each other's: then both are told, unless one is wrong by itself.
 */
export const findDrift: FindProblems = (facts) =>
  facts.streams.filter(isPlaying).flatMap((stream) => {
    const drifts = driftsOf(stream.name, facts);
    const wrong = [...drifts].filter(([, { differs }]) => differs.some((one) => ABSOLUTE.includes(one)));
    const place = new Map(facts.answers.map(({ peer }, index) => [peer.name, index]));
    const named = (wrong.length > 0 ? wrong : [...drifts]).toSorted(
      ([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0),
    );
    if (named.length === 0) return [];
    const replicas = named.map(([replica]) => replica);
    const differs = [...new Set(named.flatMap(([, drift]) => drift.differs))].map((one) => WORDS[one]);
    const alone = replicas.length === 1;
    return [
      {
        harm: 'redundancy',
        subject: alone ? replicas[0]! : stream.name,
        text: alone
          ? `${stream.name}: this replica is not the same as the others: ${differs.join(', ')}`
          : `replicas ${replicas.join(' and ')} are not the same: ${differs.join(', ')}`,
        effect: 'viewers get one or the other, never mixed · should it fail, they would see a break',
        hint: `streamctl logs ${alone ? replicas[0] : stream.name}`,
        sinceMs: Math.min(...named.map(([, drift]) => drift.sinceMs)),
      } satisfies Problem,
    ];
  });

/** Origins that have one feed of a stream that two replicas make, for longer than a start takes. */
export const findThinSupply: FindProblems = (facts) => {
  const { answers, streams, nowMs, levels } = facts;
  const redundant = streams.filter(
    (stream) => isPlaying(stream) && stream.replicas.filter(({ health }) => health === 'up').length > 1,
  );
  return redundant.flatMap((stream) => {
    if (driftsOf(stream.name, facts).size > 0) return [];
    const thin = answers.flatMap(({ peer, origin }) => {
      const report = origin?.streams.find((one) => one.stream === stream.name);
      const supply = report?.supply;
      const used = report !== undefined && (!report.relay || report.viewers > 0);
      const isLong = supply?.state === 'one-feed' && nowMs - supply.sinceMs > 1000 * levels.startingSec;
      return used && isLong ? [{ node: peer.name, sinceMs: supply.sinceMs }] : [];
    });
    if (thin.length === 0) return [];
    const nodes = thin.map(({ node }) => node);
    return [
      {
        harm: 'redundancy',
        subject: nodes.length === 1 ? nodes[0]! : stream.name,
        text: `${stream.name}: ${nodes.length === 1 ? 'gets' : `${nodes.join(', ')} get`} the feed of one replica only`,
        effect: 'viewers unaffected · should it fail, they would wait until another is found',
        hint: `streamctl logs ${nodes[0]}`,
        sinceMs: Math.min(...thin.map(({ sinceMs }) => sinceMs)),
      } satisfies Problem,
    ];
  });
};

const isPlaying = ({ state }: StreamStatus): boolean => state === 'live' || state === 'slate';

/** By replica: how any origin says that it differs. */
function driftsOf(stream: string, { answers }: ClusterFacts): Map<string, FeedDrift> {
  const feeds: FeedReport[] = answers.flatMap(({ origin }) =>
    (origin?.streams ?? []).filter((report) => report.stream === stream).flatMap((report) => report.feeds),
  );
  const drifts = new Map<string, FeedDrift>();
  for (const { replica, drift } of feeds) {
    if (drift === undefined || drift === null) continue;
    const before = drifts.get(replica);
    drifts.set(replica, {
      sinceMs: Math.min(drift.sinceMs, before?.sinceMs ?? drift.sinceMs),
      differs: [...new Set([...(before?.differs ?? []), ...drift.differs])],
    });
  }
  return drifts;
}
