import type { NodeConfig } from '../nodes/node-config.ts';
import { listContributions } from './contribution-client.ts';

/** A stream that is published, as an ingest node's contribution daemon says. */
export interface LiveStream {
  readonly stream: string;
  /** Of the ingest node. */
  readonly region: string;
  /** False when its publisher was let in while nobody could place the stream. */
  readonly placed: boolean;
}

/**
 * What is published anywhere, asked of every ingest node itself: for when the store is away. A stream that is published
 * in several regions is at home where its oldest session is.
 */
export async function collectLiveStreams(
  config: Pick<NodeConfig, 'peers'>,
): Promise<{ readonly live: readonly LiveStream[]; readonly isComplete: boolean }> {
  const ingests = config.peers.filter((peer) => peer.roles.includes('ingest'));
  const answers = await Promise.all(
    ingests.map(async (peer) => ({ region: peer.region, sessions: await listContributions(peer) })),
  );
  const found = answers
    .flatMap(({ region, sessions }) => (sessions ?? []).map((session) => ({ ...session, region })))
    .sort((a, b) => a.sessionId - b.sessionId || (a.region < b.region ? -1 : 1));
  const oldest = new Map(found.toReversed().map((session) => [session.stream, session]));
  const placed = (name: string) =>
    found.some((session) => session.stream === name && session.placed !== false);
  const live = [...oldest.values()].map(({ stream, region }) => ({ stream, region, placed: placed(stream) }));
  return { live, isComplete: answers.every(({ sessions }) => sessions !== null) };
}
