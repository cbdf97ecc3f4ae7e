/**
 * Whether a node is there: `up` while its heartbeats come, `down` when others have looked and found nothing, else
 * `unknown`. Pure.
 *
 * Only `down` costs a node its replicas, so everything that may have another cause is `unknown`: the store is away, the
 * agent alone is gone, nobody could look, only neighbours that a broken link may have cut off together, or this
 * controller is the one that is cut off.
 */
import type { Sight } from '../health/look-at-origin.ts';
import type { NodeVerdict } from '../store/ring-records.ts';

/** What one observer answered. */
export interface Look {
  readonly observer: string;
  readonly region: string;
  readonly saw: Sight;
}

export interface NodeSigns {
  readonly node: string;
  readonly region: string;
  /** Since its last sign of life; null when there is none that the store still has. */
  readonly silentMs: number | null;
  /** The answers of each of the last times that observers were asked, newest last. */
  readonly looks: readonly (readonly Look[])[];
  /** Whether there are nodes in other regions at all. */
  readonly hasOtherRegions: boolean;
  /** Whether more than half of the regions are heard, or there are fewer than three: who hears less may be cut off itself. */
  readonly hearsMost: boolean;
  /** Whether it is in the ring or in the list of nodes; of another nobody knows where to look. */
  readonly isMember: boolean;
  /** Whether it is in this controller's list of nodes. Of one that is in the ring alone, observers may know where it is. */
  readonly isListed: boolean;
  /** False while the controller has just begun, or the store was away: nothing becomes `down`. */
  readonly isSettled: boolean;
  readonly before: NodeVerdict | null;
}

export type Judgement = Pick<NodeVerdict, 'state' | 'why'>;

/**
 * Without a sign of life for so long a node is looked at. Signs come four times a second: lower makes a busy node
 * suspect, which costs requests and no more; higher adds to the time that a stream is without its replica.
 */
export const SUSPECT_MS = 450;
/** After so long it is not `up` any more, whatever the looks say. */
export const SILENT_MS = 2000;
/** So many looks in a row must find nothing: a daemon that is being restarted is back before the second. */
export const LOOKS_TO_CONFIRM = 2;

/** Judges one node. A node that is down stays so until it says something itself. */
export function judgeNode(signs: NodeSigns): Judgement {
  const { silentMs, before, isSettled } = signs;
  if (!isSuspect(silentMs)) return UP;
  if (before?.state === 'down') return before;
  if (!isSettled) return isHeard(silentMs) ? UP : (before ?? { state: 'unknown', why: 'no heartbeat yet' });
  const judged = judgeSilent(signs);
  return judged.state !== 'down' && isHeard(silentMs) ? UP : judged;
}

const UP: Judgement = { state: 'up', why: 'its heartbeats come' };

function judgeSilent(signs: NodeSigns): Judgement {
  const { silentMs, looks } = signs;
  const silence = silentMs === null ? 'no heartbeat' : `no heartbeat for ${formatSec(silentMs)}`;
  if (!signs.isMember) return { state: 'down', why: `${silence}, and it is no node of the cluster any more` };
  const recent = looks.slice(-LOOKS_TO_CONFIRM);
  const doubt = recent.map((look) => doubtOf(look, signs)).find((word) => word !== null);
  if (doubt !== undefined) return { state: 'unknown', why: `${silence}, but ${doubt}` };
  if (recent.length < LOOKS_TO_CONFIRM) return { state: 'unknown', why: `${silence}; being looked at` };
  return { state: 'down', why: `${silence}; ${wordLook(recent.at(-1)!)}` };
}

/** Whether it is time to look at a node that said nothing for so long. */
export function isSuspect(silentMs: number | null): boolean {
  return silentMs === null || silentMs >= SUSPECT_MS;
}

/** Whether the last sign of life is recent. */
export function isHeard(silentMs: number | null): boolean {
  return silentMs !== null && silentMs < SILENT_MS;
}

/** Why a look does not prove that the node is gone; null when it does. */
function doubtOf(look: readonly Look[], signs: NodeSigns): string | null {
  const { region, hasOtherRegions, hearsMost } = signs;
  const alive = look.filter(({ saw }) => saw === 'alive').map(({ observer }) => observer);
  if (alive.length > 0)
    return `${alive.join(', ')} ${alive.length === 1 ? 'gets' : 'get'} answers of its origin`;
  if (isForgotten(signs)) return null;
  if (look.length === 0) return 'nobody could look';
  if (hasOtherRegions && look.every((one) => one.region === region)) {
    return 'nobody of another region could look';
  }
  // A refusal comes from there; silence may be ours.
  if (!hearsMost && look.every(({ saw }) => saw === 'silent')) {
    return 'most regions are silent, so this one may be cut off';
  }
  return null;
}

/** The store has no sign of it any more, and those who could look may be too few for ever: their lists of nodes are old, too. */
function isForgotten({ isListed, silentMs, hearsMost }: NodeSigns): boolean {
  return !isListed && silentMs === null && hearsMost;
}

/** `us-2, eu-1: connection refused; eu-2: no answer`. */
function wordLook(look: readonly Look[]): string {
  if (look.length === 0) return 'nobody knows where it is';
  const words = { refused: 'connection refused', silent: 'no answer', alive: 'answers' };
  const groups = Map.groupBy(look, ({ saw }) => saw);
  return [...groups]
    .map(([saw, ones]) => `${ones.map(({ observer }) => observer).join(', ')}: ${words[saw]}`)
    .join('; ');
}

function formatSec(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
