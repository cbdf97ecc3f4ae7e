/**
 * Takes the first segments out of a media playlist's text, so that EXT-X-MEDIA-SEQUENCE never goes back when the
 * playlist comes from another edge: hls.js would shift its whole timeline.
 */

/** Tags that stay in force for the segments after the one that they stand before. */
const STICKY = /^#EXT-X-(MAP|KEY|BITRATE)\b/;
/** Tags of one segment; all else is of the playlist. */
const OF_SEGMENT =
  /^#(EXTINF|EXT-X-(BYTERANGE|DISCONTINUITY|PROGRAM-DATE-TIME|GAP|PART|MAP|KEY|BITRATE))(:|\r?$)/;

/** One segment: its tags and its URI. */
interface Block {
  readonly lines: readonly string[];
  readonly durationSec: number;
}

/**
 * The same playlist from `mediaSequence` on; as it is when it begins there or later. Segments that a delta update
 * skips count as there. What the removed segments had in force (map, key, time) is written before the first that stays.
 */
export function trimPlaylist(text: string, mediaSequence: number): string {
  const first = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(text)?.[1] ?? 0);
  const excess = mediaSequence - first;
  if (!(excess > 0)) return text;
  const skipped = Number(/^#EXT-X-SKIP:.*SKIPPED-SEGMENTS=(\d+)/m.exec(text)?.[1] ?? 0);
  const kept = Math.max(0, skipped - excess);
  const { head, blocks, tail } = splitPlaylist(text);
  const removed = blocks.splice(0, excess - (skipped - kept));
  const gone = removed.flatMap(({ lines }) => lines);
  const cuts = gone.filter((line) => line.startsWith('#EXT-X-DISCONTINUITY')).length;
  return [
    ...rewriteHead(head, { mediaSequence, kept, cuts }),
    ...inForce(removed, blocks[0]?.lines ?? tail),
    ...blocks.flatMap(({ lines }) => lines),
    ...tail,
  ].join('\n');
}

function splitPlaylist(text: string): { head: string[]; blocks: Block[]; tail: string[] } {
  const head: string[] = [];
  const blocks: Block[] = [];
  let open: string[] = [];
  let durationSec = 0;
  for (const line of text.split('\n')) {
    const isTag = line.startsWith('#') || line.trim() === '';
    if (isTag && blocks.length === 0 && open.length === 0 && !OF_SEGMENT.test(line)) {
      head.push(line);
      continue;
    }
    open.push(line);
    if (line.startsWith('#EXTINF:')) durationSec = Number.parseFloat(line.slice(8)) || 0;
    if (isTag) continue;
    blocks.push({ lines: open, durationSec });
    open = [];
  }
  return { head, blocks, tail: open };
}

function rewriteHead(
  head: readonly string[],
  { mediaSequence, kept, cuts }: { mediaSequence: number; kept: number; cuts: number },
): string[] {
  const counted = head.some((line) => line.startsWith('#EXT-X-DISCONTINUITY-SEQUENCE:'));
  return head.flatMap((line) => {
    if (line.startsWith('#EXT-X-MEDIA-SEQUENCE:')) {
      const lines = [`#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`];
      return cuts > 0 && !counted ? [...lines, `#EXT-X-DISCONTINUITY-SEQUENCE:${cuts}`] : lines;
    }
    if (line.startsWith('#EXT-X-DISCONTINUITY-SEQUENCE:')) {
      return [`#EXT-X-DISCONTINUITY-SEQUENCE:${Number.parseInt(line.slice(30), 10) + cuts}`];
    }
    if (!line.startsWith('#EXT-X-SKIP:')) return [line];
    return kept === 0 ? [] : [line.replace(/SKIPPED-SEGMENTS=\d+/, `SKIPPED-SEGMENTS=${kept}`)];
  });
}

/** Map, key and bitrate of the removed segments that the next does not set itself, and its time when it has none. */
function inForce(removed: readonly Block[], next: readonly string[]): string[] {
  const sticky = new Map<string, string>();
  let timeMs = Number.NaN;
  for (const { lines, durationSec } of removed) {
    for (const line of lines) {
      const name = STICKY.exec(line)?.[1];
      if (name !== undefined) sticky.set(name, line);
      if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) timeMs = Date.parse(line.slice(25).trim());
    }
    timeMs += durationSec * 1000;
  }
  for (const line of next) sticky.delete(STICKY.exec(line)?.[1] ?? '');
  const dated = next.some((line) => line.startsWith('#EXT-X-PROGRAM-DATE-TIME:'));
  const date =
    dated || Number.isNaN(timeMs) ? [] : [`#EXT-X-PROGRAM-DATE-TIME:${new Date(timeMs).toISOString()}`];
  return [...sticky.values(), ...date];
}
