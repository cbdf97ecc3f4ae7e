/**
 * Where a media playlist begins and ends, read from its text in one pass and nothing more: this runs for every
 * playlist that a player loads, in a file that is meant to stay small.
 */
export interface PlaylistEdge {
  readonly mediaSequence: number;
  /** SKIPPED-SEGMENTS of a delta update. */
  readonly skipped: number;
  /** Place of the part that comes next: its segment, and its index there (0 when nothing of the segment is listed). */
  readonly nextMsn: number;
  readonly nextPart: number;
  /** Null without parts. */
  readonly partTargetSec: number | null;
  readonly targetDurationSec: number;
  /** Sum of the segments listed; those skipped count with the target duration. */
  readonly windowSec: number;
  /** Delta updates may be asked for. */
  readonly canSkip: boolean;
  readonly ended: boolean;
}

/** A place in a rendition: of a segment, or of a part in it (RFC 8216bis section 6.2.5.2). */
export interface Directives {
  readonly msn: number;
  /** Null: the whole segment. */
  readonly part: number | null;
}

/** Reads a media playlist; null when the text is none. */
export function readPlaylistEdge(text: string): PlaylistEdge | null {
  if (!text.startsWith('#EXTM3U')) return null;
  const numbers: Numbers = {
    mediaSequence: 0,
    skipped: 0,
    target: Number.NaN,
    partTarget: Number.NaN,
    canSkip: false,
  };
  let segments = 0;
  let parts = 0;
  let listedSec = 0;
  let ended = false;
  for (const line of text.split('\n')) {
    if (line.length === 0) continue;
    if (line.charCodeAt(0) !== 35) {
      if (line.trim() === '') continue;
      segments += 1;
      parts = 0;
    } else if (line.startsWith('#EXT-X-PART:')) parts += 1;
    else if (line.startsWith('#EXTINF:')) listedSec += Number.parseFloat(line.slice(8)) || 0;
    else if (line.startsWith('#EXT-X-ENDLIST')) ended = true;
    else readNumber(line, numbers);
  }
  const { mediaSequence, skipped, target, partTarget, canSkip } = numbers;
  if (Number.isNaN(target)) return null;
  return {
    mediaSequence,
    skipped,
    nextMsn: mediaSequence + skipped + segments,
    nextPart: parts,
    partTargetSec: Number.isNaN(partTarget) ? null : partTarget,
    targetDurationSec: target,
    windowSec: listedSec + skipped * target,
    canSkip,
    ended,
  };
}

interface Numbers {
  mediaSequence: number;
  skipped: number;
  target: number;
  partTarget: number;
  canSkip: boolean;
}

function readNumber(line: string, numbers: Numbers): void {
  if (line.startsWith('#EXT-X-MEDIA-SEQUENCE:')) numbers.mediaSequence = Number.parseInt(line.slice(22), 10);
  else if (line.startsWith('#EXT-X-TARGETDURATION:')) numbers.target = Number.parseInt(line.slice(22), 10);
  else if (line.startsWith('#EXT-X-SKIP:')) {
    numbers.skipped = Number(/SKIPPED-SEGMENTS=(\d+)/.exec(line)?.[1] ?? 0);
  } else if (line.startsWith('#EXT-X-SERVER-CONTROL:')) numbers.canSkip = line.includes('CAN-SKIP-UNTIL=');
  else if (line.startsWith('#EXT-X-PART-INF:')) {
    numbers.partTarget = Number(/PART-TARGET=([\d.]+)/.exec(line)?.[1] ?? Number.NaN);
  }
}

/** The delivery directives of a playlist's URL; null when it does not block. */
export function readDirectives(url: string): Directives | null {
  const msn = /[?&]_HLS_msn=(\d+)/.exec(url)?.[1];
  if (msn === undefined) return null;
  const part = /[?&]_HLS_part=(\d+)/.exec(url)?.[1];
  return { msn: Number(msn), part: part === undefined ? null : Number(part) };
}

/** Whether a playlist lists what a blocking reload asked for. */
export function lists({ nextMsn, nextPart }: PlaylistEdge, { msn, part }: Directives): boolean {
  return nextMsn > msn || (nextMsn === msn && part !== null && nextPart > part);
}

/** How many parts (or segments, without parts) one edge of a rendition is before another; negative when behind. */
export function partsAhead(edge: EdgePlace, of: PlaylistEdge): number {
  return (edge.nextMsn - of.nextMsn) * partsOf(of) + edge.nextPart - of.nextPart;
}

export type EdgePlace = Pick<PlaylistEdge, 'nextMsn' | 'nextPart'>;

/** Parts of a whole segment; 1 without parts. */
export function partsOf({ partTargetSec, targetDurationSec }: PlaylistEdge): number {
  return partTargetSec === null ? 1 : Math.max(1, Math.round(targetDurationSec / partTargetSec));
}
