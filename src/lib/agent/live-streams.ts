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

/** What is published anywhere, asked of every ingest node itself: for when the store is away. */
export async function collectLiveStreams(
  config: Pick<NodeConfig, 'peers'>,
): Promise<{ readonly live: readonly LiveStream[]; readonly isComplete: boolean }> {
  const ingests = config.peers.filter((peer) => peer.roles.includes('ingest'));
  const answers = await Promise.all(
    ingests.map(async (peer) => ({ region: peer.region, sessions: await listContributions(peer) })),
  );
  const live = answers.flatMap(({ region, sessions }) =>
    (sessions ?? []).map(({ stream, placed }) => ({ stream, region, placed: placed !== false })),
  );
  return { live, isComplete: answers.every(({ sessions }) => sessions !== null) };
}
