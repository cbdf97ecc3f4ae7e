import type { Peer } from '../../nodes/node-config.ts';

/** Pathways besides home: one region may fail after the other, and players try all renditions of each. */
const MAX_OTHERS = 2;

/**
 * The edges that a player without the hedged loader is told of besides its own: one in each other region, at most two; in
 * a cluster of one region the next edges there. Each edge names others of a region in turn, so that those of a region that is
 * lost do not all send their viewers to one. Pure.
 */
export function chooseOthers(home: string, peers: readonly Peer[]): readonly Peer[] {
  const edges = peers.filter(({ roles }) => roles.includes('edge'));
  const self = peers.find(({ name }) => name === home);
  const mates = edges.filter(({ region }) => region === self?.region);
  const turn = Math.max(
    0,
    mates.findIndex(({ name }) => name === home),
  );
  const rest = edges.filter(({ region }) => region !== self?.region);
  const regions = [...Map.groupBy(rest, ({ region }) => region).values()];
  const far = rotate(regions, turn).map((members) => members[turn % members.length]!);
  const near = [...mates.slice(turn + 1), ...mates.slice(0, turn)].filter(({ name }) => name !== home);
  return (far.length > 0 ? far : near).slice(0, MAX_OTHERS);
}

function rotate<T>(list: readonly T[], turn: number): readonly T[] {
  const at = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
