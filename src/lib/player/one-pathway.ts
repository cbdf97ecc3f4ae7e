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

/** PATHWAY-PRIORITY of a steering manifest; empty when it has none. */
export function steeringPriority(text: string): readonly string[] {
  try {
    const value = (JSON.parse(text) as { 'PATHWAY-PRIORITY'?: unknown })['PATHWAY-PRIORITY'];
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
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
