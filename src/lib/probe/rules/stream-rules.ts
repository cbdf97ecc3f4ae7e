import type { Rule } from '../apply-rule.ts';
import type { Observation } from '../observation.ts';

/** Rules over the multivariant playlist and the renditions together. */
export const STREAM_RULES: readonly Rule<Observation>[] = [
  {
    name: 'variants declare bandwidth, codecs and size',
    section: '4.4.6.2',
    find: ({ multivariant: { playlist } }) => ({
      violations: playlist.variants.flatMap((variant) => [
        ...(variant.bandwidth > 0 ? [] : [`${variant.uri} has no BANDWIDTH`]),
        ...(variant.codecs === null ? [`${variant.uri} has no CODECS`] : []),
        ...(/avc|hvc|hev|vp09|av01/.test(variant.codecs ?? '') && variant.width === null
          ? [`${variant.uri} has no RESOLUTION`]
          : []),
      ]),
      seen: `${playlist.variants.length} variants`,
    }),
  },
  {
    name: 'audio groups that variants name exist',
    section: '4.4.6.2.1',
    find: ({ multivariant: { playlist } }) => {
      const groups = new Set(playlist.audio.map(({ groupId }) => groupId));
      const missing = playlist.variants.filter(
        ({ audioGroup }) => audioGroup !== null && !groups.has(audioGroup),
      );
      return {
        violations: missing.map(({ uri, audioGroup }) => `${uri} names the group "${audioGroup}"`),
        seen: `${groups.size} audio groups`,
      };
    },
  },
  {
    name: 'renditions have the same target duration',
    section: '6.2.4',
    find: ({ renditions }) => {
      const durations = new Set(renditions.map(({ loads }) => loads[0]?.playlist.targetDurationSec));
      const text = [...durations].join(', ');
      return { violations: durations.size > 1 ? [`target durations of ${text} s`] : [], seen: `${text} s` };
    },
  },
  {
    name: 'playlists are sent compressed to those who take gzip',
    section: 'Apple authoring',
    find: ({ renditions }) => {
      const plain = renditions.filter(
        ({ loads }) => loads[0]?.response.headers['content-encoding'] !== 'gzip',
      );
      return { violations: plain.map(({ uri }) => `${uri} is not compressed`), seen: 'gzip' };
    },
  },
  {
    name: 'every response lets pages of other sites read it',
    section: 'Fetch, CORS',
    find: ({ multivariant, renditions }) => {
      const responses = [
        multivariant.response,
        ...renditions.flatMap(({ loads, init }) => [loads[0]?.response, init ?? undefined]),
      ];
      const closed = responses.filter(
        (one) => one !== undefined && !one.headers['access-control-allow-origin'],
      );
      return {
        violations: closed.map((one) => `${one!.url} has no Access-Control-Allow-Origin`),
        seen: 'allowed',
      };
    },
  },
];
