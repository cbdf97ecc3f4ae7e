/** Who is asked to look at a node that is silent. Pure. */

export interface Observer {
  readonly name: string;
  readonly region: string;
}

/** Of the node's own region, and of others: enough that one of each may fail. */
const PER_SIDE = 2;

/**
 * Chooses at most two agents of the node's region and two of others, of different regions where there are, never the
 * node itself. `turn` goes round among those that could be asked, so that no single one decides for long.
 */
export function chooseObservers(
  node: Observer,
  heard: readonly Observer[],
  turn: number,
): readonly Observer[] {
  const others = heard.filter(({ name }) => name !== node.name);
  const near = others.filter(({ region }) => region === node.region);
  const far = others.filter(({ region }) => region !== node.region);
  const regions = rotate([...Map.groupBy(far, ({ region }) => region).values()], turn);
  const first = regions.map((members) => rotate(members, turn)[0]!);
  const second = regions.flatMap((members) => rotate(members, turn).slice(1));
  return [...rotate(near, turn).slice(0, PER_SIDE), ...[...first, ...second].slice(0, PER_SIDE)];
}

function rotate<T>(list: readonly T[], turn: number): T[] {
  const at = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
