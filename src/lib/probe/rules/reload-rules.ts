import { mergeDelta } from '../../hls/delta-update.ts';
import type { MediaPlaylist } from '../../hls/media-playlist.ts';
import type { Rule } from '../apply-rule.ts';
import type { PlaylistLoad, RenditionObservation } from '../observation.ts';

/** Rules over how one rendition's playlist changes from load to load. */
export const RELOAD_RULES: readonly Rule<RenditionObservation>[] = [
  {
    name: 'blocking reloads bring what they asked for',
    section: '6.2.5.2',
    find: ({ loads }) => {
      const blocking = loads.filter(({ asked }) => asked !== null);
      const can = loads[0]!.playlist.serverControl?.canBlockReload === true;
      return {
        violations: [
          ...(can ? [] : ['CAN-BLOCK-RELOAD=YES is missing']),
          ...blocking
            .filter((load) => !brings(load))
            .map(({ asked }) => `asked for ${asked!.msn}.${asked!.part}`),
        ],
        seen: `${blocking.length} reloads`,
      };
    },
  },
  {
    name: 'the live edge advances with the clock',
    section: '6.2.1',
    find: ({ loads }) => {
      const late = loads.filter(({ asked, playlist, response }) => {
        return asked !== null && response.elapsedMs > 2000 * (playlist.partTargetSec ?? 1);
      });
      const worst = Math.round(Math.max(0, ...loads.map(({ response }) => response.elapsedMs)));
      const over = late.map(
        ({ asked, response }) => `${asked!.msn}.${asked!.part} took ${Math.round(response.elapsedMs)} ms`,
      );
      return { violations: over, seen: `longest wait ${worst} ms` };
    },
  },
  {
    name: 'requests far ahead and malformed directives are refused with 400',
    section: '6.2.5.2',
    find: ({ refusals }) => ({
      violations: Object.entries(refusals ?? {})
        .filter(([, status]) => status !== 400)
        .map(([which, status]) => `${which}: ${status}`),
      seen: '400',
    }),
  },
  {
    name: 'sequence numbers never go back, and a listed segment never changes',
    section: '6.2.1, 6.2.2',
    find: ({ loads }) => ({
      violations: pairs(loads).flatMap(([older, newer]) => compare(older.playlist, newer.playlist)),
      seen: `from ${loads[0]?.playlist.mediaSequence}`,
    }),
  },
  {
    name: 'a preload hint names the part that comes next',
    section: '4.4.5.3',
    find: ({ loads }) => ({
      violations: pairs(loads).flatMap(([older, newer]) => {
        if (older.playlist.ended) return [];
        const hint = older.playlist.preloadHintUri;
        if (hint === null) return ['it is missing'];
        const listed = newer.playlist.segments.flatMap(({ parts }) => parts.map(({ uri }) => uri));
        return newer.asked === null || listed.includes(hint) ? [] : [`${hint} did not come`];
      }),
      seen: loads[0]?.playlist.preloadHintUri ?? '',
    }),
  },
  {
    name: 'rendition reports say how far the others are',
    section: '4.4.5.4',
    find: ({ loads }) => {
      const { renditionReports, segments } = loads[0]!.playlist;
      const last = segments.at(-1)?.msn ?? 0;
      return {
        violations: renditionReports.flatMap(({ uri, lastMsn, lastPart }) => [
          ...(lastMsn === null || lastPart === null ? [`${uri} lacks LAST-MSN or LAST-PART`] : []),
          ...(lastMsn !== null && Math.abs(lastMsn - last) > 1
            ? [`${uri} is at ${lastMsn}, this one at ${last}`]
            : []),
        ]),
        seen: `${renditionReports.length} reports`,
      };
    },
  },
  {
    name: 'a delta update stands for the full playlist',
    section: '6.2.5.1',
    find: ({ delta, loads }) => {
      if (delta === null) {
        const promised = loads[0]!.playlist.serverControl?.canSkipUntilSec !== null;
        return { violations: promised ? ['none was sent'] : [], seen: 'not offered' };
      }
      const { full, update } = delta;
      if (update.skippedSegments === 0) return { violations: [], seen: 'window too short to skip' };
      const violations = update.version < 9 ? [`EXT-X-SKIP in version ${update.version}`] : [];
      return {
        violations: [...violations, ...compareDelta(full, update)],
        seen: `${update.skippedSegments} skipped`,
      };
    },
  },
];

function pairs(loads: readonly PlaylistLoad[]): (readonly [PlaylistLoad, PlaylistLoad])[] {
  return loads.slice(1).map((load, index) => [loads[index]!, load] as const);
}

function brings({ asked, playlist }: PlaylistLoad): boolean {
  const last = playlist.segments.at(-1);
  if (playlist.ended || asked === null) return true;
  if (last === undefined || last.msn < asked.msn) return false;
  return last.msn > asked.msn || last.uri !== null || last.parts.length > asked.part;
}

function compare(older: MediaPlaylist, newer: MediaPlaylist): string[] {
  const faults: string[] = [];
  if (newer.mediaSequence < older.mediaSequence)
    faults.push(`${older.mediaSequence} → ${newer.mediaSequence}`);
  if ((newer.segments.at(-1)?.msn ?? 0) < (older.segments.at(-1)?.msn ?? 0))
    faults.push('the live edge went back');
  const known = new Map(newer.segments.map((segment) => [segment.msn, segment]));
  for (const { msn, uri, durationSec } of older.segments) {
    const now = known.get(msn);
    if (uri === null || now === undefined) continue;
    if (now.uri !== uri || now.durationSec !== durationSec) faults.push(`segment ${msn} changed`);
  }
  return faults;
}

function compareDelta(full: MediaPlaylist, update: MediaPlaylist): string[] {
  try {
    return compare(full, mergeDelta(full, update));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
