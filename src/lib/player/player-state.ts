/**
 * The one word for what a viewer sees (pure). It never lies: a picture that stands still is not live, and a slate
 * is not the publisher.
 */
export type PlayerState =
  | 'connecting'
  | 'live'
  | 'behind'
  | 'paused'
  | 'stalled'
  | 'slate'
  | 'ended'
  | 'offline';

export interface PlayerFacts {
  /** The stream's playlist cannot be had, or fails, and nothing is left to play. */
  readonly unreachable: boolean;
  /** A frame has been shown since the last connect. */
  readonly shown: boolean;
  readonly paused: boolean;
  /** The playhead has not moved for longer than a glance although it should. */
  readonly frozen: boolean;
  /** The playlist has its end and the playhead has reached it. */
  readonly finished: boolean;
  /** What the edge says of the picture at the playhead; null when it says nothing. */
  readonly picture: 'starting' | 'live' | 'slate' | 'ended' | null;
  readonly behindLiveSec: number | null;
  readonly targetSec: number | null;
}

/** Seconds over the target latency from which a viewer is behind, not live. */
export const BEHIND_SEC = 3;

/** Names what the viewer sees. The first that holds: what is certain comes before what is likely. */
export function playerState(facts: PlayerFacts): PlayerState {
  if (facts.finished || (facts.picture === 'ended' && (facts.frozen || !facts.shown))) return 'ended';
  if (facts.unreachable) return 'offline';
  if (!facts.shown) return 'connecting';
  if (facts.paused) return 'paused';
  if (facts.frozen) return 'stalled';
  if (facts.picture === 'slate') return 'slate';
  const { behindLiveSec, targetSec } = facts;
  if (behindLiveSec !== null && behindLiveSec > (targetSec ?? 0) + BEHIND_SEC) return 'behind';
  return 'live';
}

/** What the page says under the word. */
export const STATE_TEXT: Readonly<Record<PlayerState, string>> = {
  connecting: 'Connecting…',
  live: 'You are watching live.',
  behind: 'You are watching the past. Press L to return to live.',
  paused: 'Paused. Press Space to play.',
  stalled: 'Waiting for media…',
  slate: 'The publisher is away. The picture returns by itself.',
  ended: 'The stream has ended. If it starts again, it plays by itself.',
  offline: 'This stream is not on air. It plays by itself when it starts.',
};
