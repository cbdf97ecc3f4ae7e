import { UNKNOWN_FITNESS } from '../media/fitness.ts';
import type { PublisherStatus } from './cluster-status.ts';
import type { NodeAnswer } from './node-answer.ts';

/**
 * Who publishes a stream in which region. Active is the session that the replicas say they read, most of them if they
 * differ; while none says so, the oldest.
 */
export function listPublishers(stream: string, answers: readonly NodeAnswer[]): readonly PublisherStatus[] {
  const sessions = answers
    .flatMap(({ peer, agent }) =>
      (agent?.sessions ?? [])
        .filter((session) => session.stream === stream)
        .map(({ sessionId, clientAddress, fitness = UNKNOWN_FITNESS }) => ({
          ...{ node: peer.name, region: peer.region },
          ...{ sessionId, clientAddress, fitness },
        })),
    )
    .sort((a, b) => a.sessionId - b.sessionId || (a.node < b.node ? -1 : 1));
  const read = answers
    .flatMap(({ origin }) => origin?.streams ?? [])
    .filter((report) => report.stream === stream && !report.relay)
    .map(({ status }) => status?.sessionId ?? null);
  const readers = (sessionId: number) => read.filter((id) => id === sessionId).length;
  const most = Math.max(0, ...sessions.map(({ sessionId }) => readers(sessionId)));
  const active = sessions.find(({ sessionId }) => readers(sessionId) === most);
  return sessions
    .map((session) => ({ ...session, role: session === active ? ('active' as const) : ('reserve' as const) }))
    .sort((a, b) => (a.role === b.role ? 0 : a.role === 'active' ? -1 : 1));
}
