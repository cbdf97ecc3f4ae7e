import { formatSec, quote } from './attributes.ts';
import type { MediaPlaylist, PlaylistSegment, ServerControl } from './media-playlist.ts';

/**
 * Formats a media playlist as RFC 8216bis text. The EXT-X-MAP is written before the first segment and wherever
 * it changes; parts are written as given, so the caller leaves out those that are too far from the live edge.
 */
export function formatMediaPlaylist(playlist: MediaPlaylist): string {
  const lines = headLines(playlist);
  let mapUri: string | null = null;
  for (const segment of playlist.segments) {
    if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (segment.mapUri !== null && segment.mapUri !== mapUri) {
      mapUri = segment.mapUri;
      lines.push(`#EXT-X-MAP:URI=${quote(mapUri)}`);
    }
    pushSegment(lines, segment);
  }
  pushTail(lines, playlist);
  return `${lines.join('\n')}\n`;
}

function headLines(playlist: MediaPlaylist): string[] {
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${playlist.version}`];
  lines.push(`#EXT-X-TARGETDURATION:${playlist.targetDurationSec}`);
  if (playlist.independentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  if (playlist.serverControl !== null) lines.push(serverControlLine(playlist.serverControl));
  if (playlist.partTargetSec !== null) {
    lines.push(`#EXT-X-PART-INF:PART-TARGET=${formatSec(playlist.partTargetSec)}`);
  }
  lines.push(`#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`);
  if (playlist.discontinuitySequence > 0) {
    lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`);
  }
  if (playlist.skippedSegments > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${playlist.skippedSegments}`);
  return lines;
}

function serverControlLine(control: ServerControl): string {
  const attributes: string[] = [];
  if (control.canBlockReload) attributes.push('CAN-BLOCK-RELOAD=YES');
  const durations = [
    ['PART-HOLD-BACK', control.partHoldBackSec],
    ['HOLD-BACK', control.holdBackSec],
    ['CAN-SKIP-UNTIL', control.canSkipUntilSec],
  ] as const;
  for (const [name, seconds] of durations) {
    if (seconds !== null) attributes.push(`${name}=${formatSec(seconds)}`);
  }
  return `#EXT-X-SERVER-CONTROL:${attributes.join(',')}`;
}

function pushSegment(lines: string[], segment: PlaylistSegment): void {
  if (segment.programDateTimeMs !== null) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programDateTimeMs).toISOString()}`);
  }
  for (const part of segment.parts) {
    const independent = part.independent ? ',INDEPENDENT=YES' : '';
    lines.push(`#EXT-X-PART:DURATION=${formatSec(part.durationSec)},URI=${quote(part.uri)}${independent}`);
  }
  if (segment.gap === true) lines.push('#EXT-X-GAP');
  if (segment.uri !== null) lines.push(`#EXTINF:${formatSec(segment.durationSec)},`, segment.uri);
}

function pushTail(lines: string[], playlist: MediaPlaylist): void {
  if (playlist.preloadHintUri !== null) {
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI=${quote(playlist.preloadHintUri)}`);
  }
  for (const report of playlist.renditionReports) {
    const msn = report.lastMsn === null ? '' : `,LAST-MSN=${report.lastMsn}`;
    const part = report.lastPart === null ? '' : `,LAST-PART=${report.lastPart}`;
    lines.push(`#EXT-X-RENDITION-REPORT:URI=${quote(report.uri)}${msn}${part}`);
  }
  if (playlist.ended) lines.push('#EXT-X-ENDLIST');
}
