/**
 * Content steering as the hedged loader does it (RFC 8216bis section 7): hls.js is shown one pathway and stays with it, and
 * what the steering server prefers decides which edge the loader asks.
 */

/**
 * A multivariant playlist with the variants of its first pathway alone, and without the renditions that none of them
 * names; the text as it is when there are not several pathways.
 */
export function onePathway(text: string): string {
  const lines = text.split('\n');
  const pathways = lines.filter((line) => /^#EXT-X-STREAM-INF:/.test(line)).map(pathwayOf);
  const [first] = pathways;
  if (first === undefined || pathways.every((pathway) => pathway === first)) return text;
  const isOther = (line: string): boolean => /STREAM-INF:/.test(line) && pathwayOf(line) !== first;
  const kept = lines.filter((line, at) => {
    const followsVariant = /^#EXT-X-STREAM-INF:/.test(lines[at - 1] ?? '') && !line.startsWith('#');
    return !isOther(line) && !(followsVariant && isOther(lines[at - 1]!));
  });
  const variants = kept.filter((line) => /STREAM-INF:/.test(line)).join('\n');
  const groups = new Set([...variants.matchAll(/(AUDIO|VIDEO|SUBTITLES)="([^"]*)"/g)].map(groupOf));
  return kept.filter((line) => !/^#EXT-X-MEDIA:/.test(line) || isNamed(line, groups)).join('\n');
}

/**
 * The pathway with which players are to begin, when that is not the first one of the playlist (its own edge is full); else
 * null.
 */
export function pathwayToBeginWith(text: string): string | null {
  const lines = text.split('\n');
  const steering = lines.find((line) => /^#EXT-X-CONTENT-STEERING:/.test(line));
  const variant = lines.find((line) => /^#EXT-X-STREAM-INF:/.test(line));
  if (steering === undefined || variant === undefined) return null;
  const wanted = pathwayOf(steering);
  return wanted === '.' || wanted === pathwayOf(variant) ? null : wanted;
}

/**
 * What a steering manifest, as text or as read, wants, best first; empty when it says nothing. Our own edges say beside it what is planned without
 * regard to health: who hedges sees that by itself, and sooner.
 */
export function steeringPriority(manifest: unknown): readonly string[] {
  const members = (typeof manifest === 'string' ? parseJson(manifest) : manifest) ?? {};
  const said = members as { readonly [key: string]: unknown };
  const value = said['X-STREAMCTL-PLANNED'] ?? said['PATHWAY-PRIORITY'];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a steering server is told of a player that hedges. Names are empty while they are not known. */
export interface SteeredPlayer {
  readonly home: string;
  readonly inUse: string;
  /** Pathways that it left since it told the last time, `us-2:late`; empty: none. */
  readonly left: string;
}

/**
 * A steering server's URL with what the player does in truth: hls.js knows one pathway alone, and the playlist may have come
 * from another edge than the player's own. Only our own edges are told what was left.
 */
export function steeringUrl(url: string, { home, inUse, left }: SteeredPlayer): string {
  const to = new URL(url);
  const isOurs = to.searchParams.has('home');
  if (inUse !== '' && to.searchParams.has('_HLS_pathway')) to.searchParams.set('_HLS_pathway', inUse);
  if (home !== '' && isOurs) to.searchParams.set('home', home);
  if (left !== '' && isOurs) to.searchParams.set('left', left);
  return to.href;
}

function pathwayOf(line: string): string {
  return /PATHWAY-ID="([^"]*)"/.exec(line)?.[1] ?? '.';
}

function groupOf(match: RegExpMatchArray): string {
  return `${match[1]} ${match[2]}`;
}

/** Closed captions are in the video and stay. */
function isNamed(media: string, groups: ReadonlySet<string>): boolean {
  const type = /TYPE=([A-Z-]+)/.exec(media)?.[1] ?? '';
  const group = /GROUP-ID="([^"]*)"/.exec(media)?.[1] ?? '';
  return type === 'CLOSED-CAPTIONS' || groups.has(`${type} ${group}`);
}
