/** Arbitrary playlists for property tests: everything that format can write. */
import fc from 'fast-check';
import type { MediaPlaylist, PlaylistSegment } from '../../../src/lib/hls/media-playlist.ts';

/** Records with the usual prototype, so that deepEqual can compare them with parsed ones. */
function plainRecord<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const uri = fc.stringMatching(/^[a-z0-9][a-z0-9./-]{0,20}$/);
const seconds = fc.integer({ min: 1, max: 600_000 }).map((units) => units / 100_000);
const part = plainRecord({ uri, durationSec: seconds, independent: fc.boolean() });

const segment = plainRecord({
  uri: uri as fc.Arbitrary<string | null>,
  durationSec: seconds,
  programDateTimeMs: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 })),
  gap: fc.boolean(),
  discontinuity: fc.boolean(),
  parts: fc.array(part, { maxLength: 4 }),
});

/** A last segment that has parts only. */
const unfinished = segment
  .filter((one) => one.parts.length > 0)
  .map((one) => ({
    ...one,
    uri: null,
    durationSec: one.parts.reduce((sum, { durationSec }) => sum + durationSec, 0),
  }));

export const mediaPlaylist: fc.Arbitrary<MediaPlaylist> = plainRecord({
  version: fc.constantFrom(6, 9),
  targetDurationSec: fc.integer({ min: 1, max: 10 }),
  independentSegments: fc.boolean(),
  serverControl: fc.option(
    plainRecord({
      canBlockReload: fc.boolean(),
      partHoldBackSec: fc.option(seconds),
      holdBackSec: fc.option(seconds),
      canSkipUntilSec: fc.option(seconds),
    }),
  ),
  partTargetSec: fc.option(seconds),
  mediaSequence: fc.integer({ min: 0, max: 900_000_000 }),
  discontinuitySequence: fc.integer({ min: 0, max: 100 }),
  skippedSegments: fc.integer({ min: 0, max: 100 }),
  mapUri: fc.option(uri),
  finished: fc.array(segment, { maxLength: 12 }),
  last: fc.option(unfinished),
  preloadHintUri: fc.option(uri),
  renditionReports: fc.array(
    plainRecord({ uri, lastMsn: fc.option(fc.nat()), lastPart: fc.option(fc.nat(50)) }),
    { maxLength: 3 },
  ),
  ended: fc.boolean(),
}).map(({ mapUri, finished, last, ...rest }) => {
  const first = rest.mediaSequence + rest.skippedSegments;
  const all = last === null ? finished : [...finished, last];
  const segments: PlaylistSegment[] = all.map((one, index) => ({ ...one, msn: first + index, mapUri }));
  return { ...rest, segments };
});
