import type { NodeConfig } from '../nodes/node-config.ts';
import { loadSessions } from '../store/load-sessions.ts';
import { loadKeys, loadStreams } from '../store/load-streams.ts';
import type { SessionRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { listContributions } from './contribution-client.ts';
import type { KnownState } from './known-state.ts';

/** The store's word; null when it is away. */
export interface StoreFacts extends KnownState {
  readonly sessions: readonly SessionRecord[];
}

/** Asks the store for streams, keys, and the sessions of these streams and of `others`. */
export async function loadStoreFacts(store: Store, others: Iterable<string>): Promise<StoreFacts | null> {
  try {
    const [streams, keys] = await Promise.all([loadStreams(store), loadKeys(store)]);
    const names = streams.map((stream) => stream.name);
    const sessions = await loadSessions(store, [...new Set([...names, ...others])]);
    return { streams: names, keys, sessions };
  } catch {
    return null;
  }
}

/** Streams that are published anywhere, asked of every ingest node itself: for when the store is away. */
export async function collectLiveStreams(config: Pick<NodeConfig, 'peers'>): Promise<readonly string[]> {
  const ingests = config.peers.filter((peer) => peer.roles.includes('ingest'));
  const answers = await Promise.all(ingests.map((peer) => listContributions(peer)));
  return answers.flatMap((sessions) => (sessions ?? []).map((session) => session.stream));
}
