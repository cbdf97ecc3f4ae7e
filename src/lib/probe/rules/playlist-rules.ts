import type { Rule } from '../apply-rule.ts';
import type { RenditionObservation } from '../observation.ts';

const MIME = /^(application\/vnd\.apple\.mpegurl|audio\/mpegurl)/i;
/** Every part but a segment's last is at least this share of the part target. */
const LEAST_PART = 0.85;
const SLACK_SEC = 0.0005;

/** Rules over the text of one rendition's media playlists. */
export const PLAYLIST_RULES: readonly Rule<RenditionObservation>[] = [
  {
    name: 'playlists have the right type',
    section: '4',
    find: ({ loads }) => ({
      violations: loads
        .filter(({ response }) => !MIME.test(response.headers['content-type'] ?? ''))
        .map(({ response }) => `Content-Type is ${response.headers['content-type'] ?? 'missing'}`),
      seen: loads[0]?.response.headers['content-type'] ?? '',
    }),
  },
  {
    name: 'no segment is longer than the target duration',
    section: '4.4.3.1',
    find: ({ loads }) => ({
      violations: loads.flatMap(({ playlist }) =>
        playlist.segments
          .filter(
            ({ uri, durationSec }) => uri !== null && Math.round(durationSec) > playlist.targetDurationSec,
          )
          .map(({ msn, durationSec }) => `segment ${msn} lasts ${durationSec} s`),
      ),
      seen: `${loads[0]?.playlist.targetDurationSec} s`,
    }),
  },
  {
    name: 'no part is longer than the part target, and only a last one is under 85 % of it',
    section: '4.4.4.9',
    find: ({ loads }) => ({
      violations: loads.flatMap(({ playlist }) => {
        const target = playlist.partTargetSec;
        if (target === null) return ['EXT-X-PART-INF is missing'];
        return playlist.segments.flatMap(({ parts, uri }) =>
          parts.flatMap(({ durationSec, uri: name }, index) => {
            const last = uri !== null && index === parts.length - 1;
            if (durationSec > target + SLACK_SEC) return [`${name} lasts ${durationSec} s, over ${target} s`];
            const short = !last && durationSec < LEAST_PART * target;
            // The newest part of an unfinished segment may turn out to be its last.
            const open = uri === null && index === parts.length - 1;
            return short && !open ? [`${name} lasts ${durationSec} s, under 85 % of ${target} s`] : [];
          }),
        );
      }),
      seen: `part target ${loads[0]?.playlist.partTargetSec} s`,
    }),
  },
  {
    name: 'hold-backs leave players room',
    section: '4.4.3.8',
    find: ({ loads }) => {
      const { serverControl, partTargetSec, targetDurationSec } = loads[0]!.playlist;
      if (serverControl === null) return { violations: ['EXT-X-SERVER-CONTROL is missing'], seen: '' };
      const { partHoldBackSec, holdBackSec, canSkipUntilSec } = serverControl;
      const violations = [];
      if ((partHoldBackSec ?? 0) < 3 * (partTargetSec ?? 0)) {
        violations.push(`PART-HOLD-BACK ${partHoldBackSec} s is under three part targets`);
      }
      if (holdBackSec !== null && holdBackSec < 3 * targetDurationSec) {
        violations.push(`HOLD-BACK ${holdBackSec} s is under three target durations`);
      }
      if (canSkipUntilSec !== null && canSkipUntilSec < 6 * targetDurationSec) {
        violations.push(`CAN-SKIP-UNTIL ${canSkipUntilSec} s is under six target durations`);
      }
      return { violations, seen: `PART-HOLD-BACK ${partHoldBackSec} s` };
    },
  },
  {
    name: 'program date time stands in the playlist and follows the durations',
    section: '4.4.4.6',
    find: ({ loads }) => ({
      violations: loads.flatMap(({ playlist: { segments } }) => {
        if (segments.every(({ programDateTimeMs }) => programDateTimeMs === null)) return ['it is missing'];
        return segments.slice(1).flatMap((segment, index) => {
          const before = segments[index]!;
          if (segment.discontinuity || segment.gap || before.gap) return [];
          if (before.programDateTimeMs === null || segment.programDateTimeMs === null) return [];
          const offMs = segment.programDateTimeMs - before.programDateTimeMs - before.durationSec * 1000;
          return Math.abs(offMs) > 100 ? [`segment ${segment.msn} is ${Math.round(offMs)} ms off`] : [];
        });
      }),
      seen: 'within 100 ms',
    }),
  },
  {
    name: 'a live playlist has six segments or more',
    section: 'Apple authoring',
    find: ({ loads }) => {
      const { segments, skippedSegments, ended } = loads.at(-1)!.playlist;
      const count = segments.filter(({ uri }) => uri !== null).length + skippedSegments;
      return { violations: count < 6 && !ended ? [`${count} segments`] : [], seen: `${count} segments` };
    },
  },
  {
    name: 'every segment has an init segment and starts with an independent part',
    section: '4.4.4.5, 4.4.4.9',
    find: ({ loads }) => ({
      violations: loads.flatMap(({ playlist }) =>
        playlist.segments.flatMap(({ msn, mapUri, parts }) => [
          ...(mapUri === null ? [`segment ${msn} has no EXT-X-MAP`] : []),
          ...(playlist.independentSegments && parts.length > 0 && !parts[0]!.independent
            ? [`segment ${msn} starts with a part that is not INDEPENDENT`]
            : []),
        ]),
      ),
      seen: 'so it is',
    }),
  },
];
