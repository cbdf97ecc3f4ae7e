/** Faults of media settings that need several values: part against segment, ladder against source. Pure. */
import { DEFAULT_SETTINGS } from './defaults.ts';
import type { Fault } from './diagnostic.ts';
import { type Loose, listAt, numberAt, recordAt, textAt } from './loose.ts';

type Path = readonly (string | number)[];

/** Returns the faults of the cluster's media settings and of each stream's. */
export function findMediaFaults(raw: Loose): Fault[] {
  const common = recordAt(raw, 'media');
  return [
    ...findTimingFaults(common, {}, ['media']),
    ...findLadderFaults(common, ['media']),
    ...listAt(raw, 'streams').flatMap((stream, index) => {
      const own = recordAt(stream, 'media');
      const path = ['streams', index, 'media'];
      return [
        ...findTimingFaults(own, common, path),
        ...findLadderFaults(own, path),
        ...findAboveSource(stream, index, common),
      ];
    }),
  ];
}

/** A part is at most half a segment, and the DVR window holds six segments or more. */
function findTimingFaults(media: Loose, base: Loose, path: Path): Fault[] {
  const value = (key: 'segmentSec' | 'partSec' | 'dvrSec'): number =>
    numberAt(media, key) ?? numberAt(base, key) ?? DEFAULT_SETTINGS[key];
  const says = (...keys: string[]): string | undefined => keys.find((key) => key in media);
  const faults: Fault[] = [];
  const partKey = says('partSec', 'segmentSec');
  if (partKey !== undefined && value('partSec') > value('segmentSec') / 2) {
    const message = `a part of ${value('partSec')} s is more than half a segment of ${value('segmentSec')} s`;
    faults.push({ path: [...path, partKey], message });
  }
  const dvrKey = says('dvrSec', 'segmentSec');
  if (dvrKey !== undefined && value('dvrSec') < 6 * value('segmentSec')) {
    const message = `a window of ${value('dvrSec')} s holds fewer than 6 segments of ${value('segmentSec')} s`;
    faults.push({ path: [...path, dvrKey], message });
  }
  return faults;
}

function findLadderFaults(media: Loose, path: Path): Fault[] {
  const seen = new Set<string>();
  return listAt(media, 'ladder').flatMap((rendition, index): Fault[] => {
    const name = textAt(rendition, 'name');
    if (name === null) return [];
    if (seen.has(name)) {
      return [{ path: [...path, 'ladder', index, 'name'], message: `rendition "${name}" is there already` }];
    }
    seen.add(name);
    return [];
  });
}

function findAboveSource(stream: Loose, index: number, common: Loose): Fault[] {
  const source = recordAt(stream, 'source');
  const own = recordAt(stream, 'media');
  const [media, path] = 'ladder' in own ? [own, ['streams', index, 'media']] : [common, ['media']];
  const written = 'ladder' in media;
  const ladder = written
    ? listAt(media, 'ladder')
    : DEFAULT_SETTINGS.ladder.map((rendition) => ({ ...rendition }));
  return ladder.flatMap((rendition, at): Fault[] =>
    (['width', 'height'] as const).flatMap((key): Fault[] => {
      const limit = numberAt(source, key);
      const value = numberAt(rendition, key);
      if (limit === null || value === null || value <= limit) return [];
      const message = `${key} ${value} is above the source of stream "${textAt(stream, 'name')}" (${limit})`;
      if (written) return [{ path: [...path, 'ladder', at, key], message }];
      return [
        { path: ['streams', index, 'source', key], message: `the usual ladder's ${message}; set a ladder` },
      ];
    }),
  );
}
