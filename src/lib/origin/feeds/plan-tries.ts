/** Where an origin looks for a stream's feeds, best first. Pure. */
import type { Peer } from '../../nodes/node-config.ts';

/** One question: for its pipeline's feed, or (`onward`) to hand on the feed of another region's. */
export interface FeedTry {
  readonly peer: Peer;
  readonly onward: boolean;
}

export interface TriesFacts {
  /** Origins that may have a pipeline, best first. */
  readonly candidates: readonly Peer[];
  /** Origins of the own region that hand the stream on, best first; this one may be among them. */
  readonly owners: readonly Peer[];
  readonly self: { readonly name: string; readonly region: string };
  /** Whether the own node has a pipeline of the stream: its reserve comes without a detour. */
  readonly hasPipeline: boolean;
  /** Whether a feed is held already. */
  readonly holdsAny: boolean;
}

/**
 * Pipelines of the own region; what owners of the region hand on; pipelines of other regions. An owner fetches its first
 * feed itself and has its second one from another owner.
 */
export function planTries({ candidates, owners, self, hasPipeline, holdsAny }: TriesFacts): FeedTry[] {
  const plain = candidates.map((peer) => ({ peer, onward: false }));
  const isOwner = owners.some(({ name }) => name === self.name);
  const asks = !hasPipeline && (holdsAny || !isOwner);
  const others = asks ? owners.filter(({ name }) => name !== self.name) : [];
  return [
    ...plain.filter(({ peer }) => peer.region === self.region),
    ...others.map((peer) => ({ peer, onward: true })),
    ...plain.filter(({ peer }) => peer.region !== self.region),
  ];
}

/** The place of a question in the order; after all others when it is no longer asked. */
export function rankOf(tries: readonly FeedTry[], { peer, onward }: FeedTry): number {
  const index = tries.findIndex((one) => one.peer.name === peer.name && one.onward === onward);
  return index < 0 ? tries.length : index;
}
