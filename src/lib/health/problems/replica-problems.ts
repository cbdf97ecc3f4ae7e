import type { Problem, ReplicaStatus, StreamStatus } from '../cluster-status.ts';
import { formatCount } from '../format-count.ts';
import type { NodeAnswer } from '../node-answer.ts';
import type { ClusterFacts } from './cluster-facts.ts';

const DEFAULT_REPLICAS = 2;

/** Replicas that are not well, of streams that play. */
export function findBadReplicas({ streams }: ClusterFacts): Problem[] {
  return streams.filter(isPlaying).flatMap((stream) =>
    stream.replicas
      .filter((replica) => replica.health !== 'up' && !isYoung(replica))
      .map((replica) => ({
        harm: 'redundancy',
        subject: replica.node,
        text: `${stream.name}: ${replica.reasons.join('; ') || `replica ${replica.health}`}`,
        effect: servedBy(stream, replica),
        hint: `streamctl logs ${replica.node}`,
        sinceMs: null,
      })),
  );
}

/** Streams that no node, or no further node, has room for. */
export function findRefusals({ streams, refusals }: ClusterFacts): Problem[] {
  return refusals.map(({ stream: name, atMs, lack, cure }) => {
    const stream = streams.find((one) => one.name === name && isPlaying(one));
    return {
      harm: stream === undefined ? 'publishers' : 'redundancy',
      subject: name,
      text: lack,
      effect: stream === undefined ? 'its publisher is turned away' : servedBy(stream, null),
      hint: cure,
      sinceMs: atMs,
    };
  });
}

/** Streams that play with fewer replicas than they should have and could have; the store knew no reason for it. */
export function findMissingReplicas(facts: ClusterFacts): Problem[] {
  const { streams, answers, nowMs, levels } = facts;
  const refused = new Set(facts.refusals.map((refusal) => refusal.stream));
  const origins = answers.filter((one) => one.reach === 'agent' && one.peer.roles.includes('origin'));
  const regions = [...new Set(origins.map((answer) => answer.peer.region))];
  const places = regions.length > 1 ? regions.length : origins.length;
  const wanted = Math.min(wantedReplicas(answers), places);
  const settled = streams.filter(
    (stream) =>
      isPlaying(stream) &&
      !refused.has(stream.name) &&
      nowMs - (stream.sinceMs ?? nowMs) > levels.startingSec * 1000,
  );
  return settled.flatMap((stream) => {
    const present = stream.replicas.filter((replica) => !replica.joining);
    if (present.length >= wanted) return [];
    const without = regions.filter((region) => !present.some((replica) => replica.region === region));
    const everywhere = regions.length === wanted && without.length > 0;
    return {
      harm: 'redundancy',
      subject: stream.name,
      text: everywhere
        ? `no replica in ${without.join(', ')}`
        : `${present.length} of ${formatCount(wanted, 'replica')}`,
      effect: servedBy(stream, null),
      hint: `streamctl logs ${origins.find(({ peer }) => without.includes(peer.region))?.peer.name ?? stream.name}`,
      sinceMs: null,
    };
  });
}

/** As the newest ring says that a node goes by; two when no node knows one. */
function wantedReplicas(answers: readonly NodeAnswer[]): number {
  const rings = answers.flatMap((answer) => answer.agent?.ring ?? []);
  return rings.toSorted((a, b) => a.epoch - b.epoch).at(-1)?.replicas ?? DEFAULT_REPLICAS;
}

const isPlaying = (stream: StreamStatus) => stream.state === 'live' || stream.state === 'slate';
/** Has just been started and is not late yet. */
const isYoung = (replica: ReplicaStatus) => replica.reasons.every((reason) => reason === 'starting');

/** What viewers notice of a stream without one of its replicas. */
function servedBy(stream: StreamStatus, without: ReplicaStatus | null): string {
  const well = stream.replicas.filter((replica) => replica !== without && replica.health === 'up');
  if (well.length > 0) return `viewers unaffected (served by ${well.map((one) => one.node).join(', ')})`;
  if (stream.replicas.length < 2) return 'nothing stands in for it';
  return 'viewers get what it makes: no replica of it is well';
}
