import type { Problem } from '../cluster-status.ts';
import type { OriginStreamReport } from '../report.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** Edges that have viewers of a playing stream and do not get its parts. */
export function findBadRelays({ streams, answers }: ClusterFacts): Problem[] {
  const playing = new Set(
    streams.filter(({ state }) => state === 'live' || state === 'slate').map((stream) => stream.name),
  );
  return answers.flatMap(({ peer, origin }) =>
    (origin?.streams ?? [])
      .filter((report) => report.relay && report.viewers > 0 && playing.has(report.stream))
      .filter(isAtFault)
      .map((report) => ({
        harm: 'viewers',
        subject: peer.name,
        text: `${report.stream}: ${report.reasons.join('; ') || 'gets no new parts'}`,
        effect: `its viewers of ${report.stream} wait for it; other edges serve`,
        hint: `streamctl logs ${peer.name}`,
        sinceMs: null,
      })),
  );
}

/** Whether something is wrong that the pipeline has not said of itself: that is told as its replica's. */
function isAtFault({ health, reasons, status }: OriginStreamReport): boolean {
  return health === 'down' || reasons.some((reason) => status?.reasons.includes(reason) !== true);
}
