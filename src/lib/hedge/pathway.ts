/** One way to reach the same streams: an edge. The paths below the base are equal on all of them. */
export interface Pathway {
  /** Unique; the name of the edge's node. */
  readonly name: string;
  readonly region: string;
  /** `http://ADDRESS:PORT`, perhaps with a path; no slash at the end. */
  readonly baseUrl: string;
}

/** What an edge answers at `/live/STREAM/pathways.json`; fields are only ever added. */
export interface PathwaysReport {
  readonly version: 1;
  /** The node that answers: the pathway over which the question came. */
  readonly node: string;
  readonly pathways: readonly Pathway[];
  /** The edge that answers, and the stream there; missing from an edge of an older program. */
  readonly here?: EdgeState;
}

/** How an edge and a stream on it are. */
export interface EdgeState {
  /** Since the newest part came, milliseconds; null: there is no media. */
  readonly mediaAgeMs: number | null;
  /** Viewers of all streams, of the most that there should be; 0: nobody set a limit. */
  readonly load: number;
}

/** The part of an absolute URL below a pathway's base, with its query; null when it is elsewhere. */
export function pathBelow(url: string, { baseUrl }: Pathway): string | null {
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : null;
}

/** Parses an edge's answer; null when it is none. Addresses that are no http(s) URL are left out. */
export function parsePathways(text: string): PathwaysReport | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { node, pathways, here } = (value ?? {}) as Partial<PathwaysReport>;
  if (typeof node !== 'string' || !Array.isArray(pathways)) return null;
  const usable = pathways.filter(isPathway).map(({ name, region, baseUrl }) => ({
    name,
    region,
    baseUrl: baseUrl.replace(/\/+$/, ''),
  }));
  const names = new Set(usable.map(({ name }) => name));
  if (names.size !== usable.length) return null;
  return { version: 1, node, pathways: usable, ...(isEdgeState(here) ? { here } : {}) };
}

function isEdgeState(value: unknown): value is EdgeState {
  const { mediaAgeMs, load } = (value ?? {}) as Partial<Record<keyof EdgeState, unknown>>;
  return (mediaAgeMs === null || typeof mediaAgeMs === 'number') && typeof load === 'number';
}

function isPathway(value: unknown): value is Pathway {
  const { name, region, baseUrl } = (value ?? {}) as Partial<Record<keyof Pathway, unknown>>;
  return (
    typeof name === 'string' &&
    typeof region === 'string' &&
    typeof baseUrl === 'string' &&
    /^https?:\/\/[^\s]+$/.test(baseUrl)
  );
}

/** Nearest first: the home pathway, then the rest of its region, then the others in the order given. */
export function orderFromHome(pathways: readonly Pathway[], homeName: string): Pathway[] {
  const home = pathways.find(({ name }) => name === homeName);
  if (home === undefined) return [...pathways];
  const rank = (pathway: Pathway): number => (pathway === home ? 0 : pathway.region === home.region ? 1 : 2);
  return [...pathways].sort((a, b) => rank(a) - rank(b));
}
