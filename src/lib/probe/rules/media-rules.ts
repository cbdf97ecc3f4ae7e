import type { Rule } from '../apply-rule.ts';
import type { RenditionObservation, Response } from '../observation.ts';

/** Rules over the media that one rendition's playlists name. */
export const MEDIA_RULES: readonly Rule<RenditionObservation>[] = [
  {
    name: 'media is there, without redirects and with its type',
    section: '4, Apple authoring',
    find: (rendition) => {
      const all = [rendition.init, rendition.segment?.whole ?? null, ...(rendition.segment?.parts ?? [])];
      const responses = all.filter((one) => one !== null);
      return {
        violations: responses.flatMap(({ url, status, headers }) => [
          ...(status === 200 ? [] : [`${url} is ${status}`]),
          ...(/^(video|audio)\/mp4/.test(headers['content-type'] ?? '')
            ? []
            : [`${url} has type ${headers['content-type'] ?? 'none'}`]),
          ...(headers['cache-control']?.includes('max-age') ? [] : [`${url} has no max-age`]),
        ]),
        seen: `${responses.length} responses`,
      };
    },
  },
  {
    name: 'init segments are initialisation, parts are fragments',
    section: '3.1.2',
    find: ({ init, segment }) => {
      const violations: string[] = [];
      if (init === null || boxType(init) !== 'ftyp')
        violations.push(`init starts with ${init && boxType(init)}`);
      for (const one of segment?.parts ?? []) {
        if (!['moof', 'styp', 'prft', 'emsg', 'sidx'].includes(boxType(one))) {
          violations.push(`${one.url} starts with ${boxType(one)}`);
        }
      }
      return { violations, seen: 'ftyp, moof' };
    },
  },
  {
    name: 'a segment is the sum of its parts',
    section: '4.4.4.9',
    find: ({ segment }) => {
      if (segment === null) return { violations: [], seen: 'no finished segment with parts' };
      const joined = Buffer.concat(segment.parts.map(({ body }) => body));
      const same = joined.equals(segment.whole.body);
      const sizes = `${segment.whole.body.length} bytes, its parts ${joined.length}`;
      return { violations: same ? [] : [`${segment.whole.url}: ${sizes}`], seen: sizes };
    },
  },
];

const boxType = ({ body }: Response): string => Buffer.from(body.subarray(4, 8)).toString('latin1');
