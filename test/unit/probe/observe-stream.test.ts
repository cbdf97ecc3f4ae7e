import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMediaPlaylist } from '../../../src/lib/hls/parse-media-playlist.ts';
import { chooseMedia } from '../../../src/lib/probe/observe-stream.ts';

const HEAD = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-PART-INF:PART-TARGET=1
#EXT-X-MEDIA-SEQUENCE:7
`;
const WHOLE = `#EXT-X-MAP:URI="init-slate.mp4"
#EXT-X-PART:DURATION=1,URI="7.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1,URI="7.1.m4s"
#EXTINF:2,
7.m4s
#EXT-X-DISCONTINUITY
`;
const BEGUN = `#EXT-X-MAP:URI="init-live.mp4"
#EXT-X-PART:DURATION=1,URI="8.0.m4s",INDEPENDENT=YES
`;

test('a whole segment is taken with its own init segment, whatever the one that has begun since has', () => {
  const { segment, mapUri } = chooseMedia(parseMediaPlaylist(HEAD + WHOLE + BEGUN));
  assert.deepEqual([segment?.msn, mapUri], [7, 'init-slate.mp4']);
  const begun = parseMediaPlaylist(HEAD + BEGUN);
  assert.deepEqual(chooseMedia(begun), { segment: null, mapUri: 'init-live.mp4' });
});
