import type { Problem, ReplicaStatus, StreamStatus } from '../cluster-status.ts';
import type { ClusterFacts } from './cluster-facts.ts';

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

/** Regions that should have a replica of a stream that plays, and have none. */
export function findMissingReplicas({ streams, answers, nowMs, levels }: ClusterFacts): Problem[] {
  const origins = answers.filter((one) => one.reach === 'agent' && one.peer.roles.includes('origin'));
  const regions = [...new Set(origins.map((answer) => answer.peer.region))];
  const settled = streams.filter(
    (stream) => isPlaying(stream) && nowMs - (stream.sinceMs ?? nowMs) > levels.startingSec * 1000,
  );
  return settled.flatMap((stream) => {
    const missing = regions.filter((region) => !stream.replicas.some((replica) => replica.region === region));
    return missing.map((region) => ({
      harm: 'redundancy',
      subject: stream.name,
      text: `no replica in ${region}`,
      effect: servedBy(stream, null),
      hint: `streamctl logs ${origins.find((answer) => answer.peer.region === region)!.peer.name}`,
      sinceMs: null,
    }));
  });
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
