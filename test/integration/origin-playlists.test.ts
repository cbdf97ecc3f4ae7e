import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseMultivariantPlaylist } from '../../src/lib/hls/multivariant-playlist.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { ask, askUntil, openFeed, peer, type Sender, startTestOrigin } from '../support/origin-node.ts';
import { AUDIO, init, msnAt, opening, part, segments, status, VIDEO } from '../support/synthetic-feed.ts';

let host = 0;

/** An origin with `count` whole segments up to now, and the feed that goes on. */
async function startWarm(t: TestContext, count = 4): Promise<{ url: string; feed: Sender; next: number }> {
  host += 1;
  const { url } = await startTestOrigin(t, peer('us-1', `127.206.1.${host}`));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - count, count)]);
  await askUntil(`${url}/live/demo/audio/${next - 1}.m4s`, (answer) => answer.status === 200);
  return { url: `${url}/live/demo`, feed, next };
}

/** Waits until the origin holds as many waiting requests as it should is not visible; a turn of the loop is. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

test('the multivariant playlist lists the renditions with one audio group', async (t) => {
  const { url } = await startWarm(t);
  const answer = await ask(`${url}/index.m3u8`);
  assert.equal(answer.status, 200);
  const playlist = parseMultivariantPlaylist(answer.text);
  assert.deepEqual(playlist.variants, [
    {
      uri: '360p/index.m3u8',
      bandwidth: 896_000,
      codecs: 'avc1.42c01f,mp4a.40.2',
      width: 640,
      height: 360,
      frameRate: 30,
      audioGroup: 'audio',
    },
  ]);
  assert.equal(playlist.audio[0]!.uri, 'audio/index.m3u8');
});

test('everything that a media playlist names can be fetched, and a segment is the sum of its parts', async (t) => {
  const { url, next } = await startWarm(t);
  const answer = await ask(`${url}/360p/index.m3u8`);
  assert.equal(answer.headers['content-type'], 'application/vnd.apple.mpegurl');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  const playlist = parseMediaPlaylist(answer.text);
  assert.equal(playlist.mediaSequence, next - 4);
  assert.equal(playlist.preloadHintUri, `${next}.0.m4s`);
  assert.deepEqual(playlist.renditionReports, [
    { uri: '../audio/index.m3u8', lastMsn: next - 1, lastPart: 3 },
  ]);
  assert.equal(playlist.segments[0]!.programDateTimeMs, (next - 4) * 2000);
  assert.deepEqual(
    playlist.segments.map(({ parts }) => parts.length),
    [0, 4, 4, 4],
  );
  const initSegment = await ask(`${url}/360p/${playlist.segments[0]!.mapUri}`);
  assert.deepEqual(initSegment.body, Buffer.from(init(VIDEO).body));
  for (const segment of playlist.segments) {
    const whole = await ask(`${url}/360p/${segment.uri}`);
    assert.equal(whole.status, 200);
    const parts = await Promise.all(segment.parts.map(({ uri }) => ask(`${url}/360p/${uri}`)));
    if (parts.length > 0) assert.deepEqual(Buffer.concat(parts.map(({ body }) => body)), whole.body);
  }
});

test('media may be cached for long and is revalidated by ETag; HEAD and OPTIONS have no body', async (t) => {
  const { url, next } = await startWarm(t);
  const uri = `${url}/360p/${next - 1}.0.m4s`;
  const answer = await ask(uri);
  assert.equal(answer.headers['content-type'], 'video/mp4');
  assert.equal(answer.headers['cache-control'], 'public, max-age=86400, immutable');
  assert.equal((await ask(uri, { headers: { 'if-none-match': String(answer.headers.etag) } })).status, 304);
  const head = await ask(uri, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '40', 0]);
  const options = await ask(uri, { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.headers['access-control-allow-origin']], [204, '*']);
  assert.equal((await ask(uri, { method: 'DELETE' })).status, 405);
});

test('a blocking reload is answered when its part comes, and not before', async (t) => {
  const { url, feed, next } = await startWarm(t);
  let answered = false;
  const blocked = ask(`${url}/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=1`).then((answer) => {
    answered = true;
    return answer;
  });
  feed.send([part({ msn: next, part: 0 })]);
  await askUntil(`${url}/360p/${next}.0.m4s`, (answer) => answer.status === 200);
  await turn();
  assert.equal(answered, false);
  feed.send([part({ msn: next, part: 1 })]);
  const answer = await blocked;
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['cache-control'], 'public, max-age=12');
  const last = parseMediaPlaylist(answer.text).segments.at(-1)!;
  assert.deepEqual([last.msn, last.uri, last.parts.length], [next, null, 2]);
});

test('a hinted part is sent when it comes; one that never comes because the segment closed is a 404', async (t) => {
  const { url, feed, next } = await startWarm(t);
  feed.send([part({ msn: next, part: 0 })]);
  const hinted = ask(`${url}/360p/${next}.1.m4s`);
  const never = ask(`${url}/360p/${next}.4.m4s`);
  await turn();
  feed.send([1, 2, 3].map((index) => part({ msn: next, part: index })));
  assert.match((await hinted).text, new RegExp(`^360p ${next}\\.1`));
  assert.equal((await never).status, 404);
});

test('a classic player gets a whole segment as soon as it is whole', async (t) => {
  const { url, feed, next } = await startWarm(t);
  const whole = ask(`${url}/360p/${next}.m4s`);
  await turn();
  feed.send(segments(next, 1, [VIDEO]));
  assert.equal((await whole).body.length, 160);
});

test('malformed directives and jumps ahead are refused with 400', async (t) => {
  const { url, next } = await startWarm(t);
  for (const query of [
    '_HLS_part=1',
    '_HLS_msn=x',
    `_HLS_msn=${next + 3}`,
    `_HLS_msn=${next}&_HLS_part=40`,
  ]) {
    assert.equal((await ask(`${url}/360p/index.m3u8?${query}`)).status, 400, query);
  }
});

test('unknown renditions, segments and paths are 404', async (t) => {
  const { url, next } = await startWarm(t);
  for (const path of [
    '1080p/index.m3u8',
    `360p/${next - 50}.m4s`,
    '360p/init-ffff.mp4',
    '360p/x',
    '../../etc',
  ]) {
    assert.equal((await ask(`${url}/${path}`)).status, 404, path);
  }
});

test('a delta update leaves out what the client has; gzip carries the same text', async (t) => {
  const { url } = await startWarm(t, 20);
  const full = parseMediaPlaylist((await ask(`${url}/360p/index.m3u8`)).text);
  assert.equal(full.segments.length, 20);
  const delta = await ask(`${url}/360p/index.m3u8?_HLS_skip=YES`);
  assert.equal(parseMediaPlaylist(delta.text).skippedSegments, 14);
  const zipped = await ask(`${url}/360p/index.m3u8?_HLS_skip=v2`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal(zipped.headers.vary, 'accept-encoding');
  assert.equal(gunzipSync(zipped.body).toString(), delta.text);
});

test('a stream that stands still is a 503, never the old playlist; it is back with the next part', async (t) => {
  const { url, feed, next } = await startWarm(t);
  await askUntil(`${url}/360p/index.m3u8`, (answer) => answer.status === 503);
  feed.send([part({ msn: next, part: 0 }), part({ track: AUDIO, msn: next, part: 0 })]);
  const answer = await ask(`${url}/360p/index.m3u8`);
  assert.equal(answer.status, 200);
  assert.equal(parseMediaPlaylist(answer.text).segments.at(-1)!.msn, next);
});

test('an ended stream has ENDLIST, also for those who were waiting', async (t) => {
  const { url, feed, next } = await startWarm(t);
  const blocked = ask(`${url}/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=0`);
  await turn();
  feed.send([status('ended')]);
  for (const answer of [await blocked, await ask(`${url}/audio/index.m3u8`)]) {
    const playlist = parseMediaPlaylist(answer.text);
    assert.deepEqual([playlist.ended, playlist.preloadHintUri], [true, null]);
  }
});
