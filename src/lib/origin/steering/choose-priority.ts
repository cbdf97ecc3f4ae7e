/**
 * Which pathway a player is to use (RFC 8216bis section 7): its own edge, unless the operator moves a share of the region's
 * viewers, the edge is full, or it is not well. Pure.
 */
import type { SteeringMove } from '../../nodes/node-config.ts';

/** One edge that the player was told of. */
export interface SteeredPathway {
  readonly name: string;
  readonly region: string;
  /** It answers and its media is new. */
  readonly isWell: boolean;
  /** Viewers, of those that it should have at most; 0 where nobody set a limit. */
  readonly load: number;
}

export interface SteeringQuestion {
  readonly home: SteeredPathway;
  /** Nearest first. */
  readonly others: readonly SteeredPathway[];
  /** The pathway that the player uses; null: it begins. */
  readonly inUse: string | null;
  /** 0 to 99, the player's own for as long as it plays: which share of the viewers it belongs to. */
  readonly bucket: number;
  readonly moves: readonly SteeringMove[];
  /** 0 to below 1. */
  readonly random: number;
}

export interface SteeringAnswer {
  /** Names, best first. */
  readonly priority: readonly string[];
  /** The same without regard to what is well: for players that see that by themselves, and sooner. */
  readonly planned: readonly string[];
}

/** Below this load an edge takes back those whom it sent away when it was full. */
const ROOM_AGAIN = 0.8;
/** Of those, each time that they ask: all at once would fill it again. */
const BACK_SHARE = 0.2;

export function choosePriority(question: SteeringQuestion): SteeringAnswer {
  const { home, others } = question;
  const moved = moveOf(question);
  const first = moved === null ? firstByLoad(question) : others.find(({ region }) => region === moved);
  const planned = [first ?? home, home, ...others].filter((each, at, all) => all.indexOf(each) === at);
  const well = planned.filter(({ isWell }) => isWell);
  const ill = planned.filter(({ isWell }) => !isWell);
  return { priority: [...well, ...ill].map(nameOf), planned: planned.map(nameOf) };
}

function nameOf({ name }: SteeredPathway): string {
  return name;
}

/** The region to which the operator moves this player; null: none. */
function moveOf({ home, moves, bucket }: SteeringQuestion): string | null {
  let upTo = 0;
  for (const { from, to, share } of moves) {
    if (from !== home.region) continue;
    upTo += share;
    if (bucket < upTo) return to;
  }
  return null;
}

/** Nobody who plays at home is sent away: only those who begin while it is full, until there is room again. */
function firstByLoad({ home, others, inUse, random }: SteeringQuestion): SteeredPathway {
  const begins = inUse === null;
  const isAway = !begins && inUse !== home.name;
  const staysAway = isAway && home.load > 0 && (home.load >= ROOM_AGAIN || random >= BACK_SHARE);
  if (!(begins && home.load >= 1) && !staysAway) return home;
  const withRoom = others.filter(({ isWell, load }) => isWell && load < 1);
  const current = withRoom.find(({ name }) => name === inUse);
  return current ?? withRoom[0] ?? home;
}
