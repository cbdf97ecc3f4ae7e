import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OriginReport } from '../../src/lib/health/report.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { FaultInjector } from '../../src/lib/origin/fault.ts';
import { loadResumePoints } from '../../src/lib/pipeline/resume-point.ts';
import { ask, askUntil, openFeed, peer, type Sender, startTestOrigin } from '../support/origin-node.ts';
import { AUDIO, byReplica, msnAt, opening, PARTS, part, segments, VIDEO } from '../support/synthetic-feed.ts';

let net = 10;

/** Origins us-1, eu-1 and the relay us-2, with the feeds of two replicas that have the same `count` segments. */
async function startRegions(t: TestContext, count = 4) {
  net += 1;
  const peers = ['us-1', 'us-2', 'eu-1'].map((name, index) => peer(name, `127.206.${net}.${index + 1}`));
  const [us, relay, eu] = await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })));
  const next = msnAt(Date.now());
  const feeds = [openFeed(t, us!.url), openFeed(t, eu!.url)] as const;
  for (const [i, feed] of feeds.entries()) {
    feed.send([...byReplica(['us-1', 'eu-1'][i]!, opening()), ...segments(next - count, count)]);
  }
  for (const { url } of [us!, eu!]) {
    await askUntil(`${url}/live/demo/audio/${next - 1}.m4s`, (answer) => answer.status === 200);
  }
  return { us: us!, eu: eu!, relay: relay!, usFeed: feeds[0], euFeed: feeds[1], next };
}

const bothTracks = (msn: number, index: number) =>
  [VIDEO, AUDIO].map((track) => part({ track, msn, part: index }));

/** Sends a part to these feeds each part target, as pipelines do, until the test ends. */
function keepSending(t: TestContext, feeds: readonly Sender[], from: number): void {
  let count = 0;
  const timer = setInterval(() => {
    const frames = bothTracks(from + Math.floor(count / PARTS), count % PARTS);
    for (const feed of feeds) feed.send(frames);
    count += 1;
  }, 450);
  t.after(() => clearInterval(timer));
}

test("a cold relay's first viewer gets the playlist, older segments included", async (t) => {
  const { relay, us, next } = await startRegions(t, 10);
  const answer = await ask(`${relay.url}/live/demo/360p/index.m3u8`);
  assert.equal(answer.status, 200);
  const playlist = parseMediaPlaylist(answer.text);
  assert.deepEqual([playlist.mediaSequence, playlist.segments.length], [next - 10, 10]);
  for (const { uri, mapUri } of playlist.segments) {
    for (const name of [uri, mapUri]) {
      const [here, there] = await Promise.all([
        ask(`${relay.url}/live/demo/360p/${name}`),
        ask(`${us.url}/live/demo/360p/${name}`),
      ]);
      assert.equal(here.status, 200, `${name}`);
      assert.deepEqual(here.body, there.body);
    }
  }
});

test('an old segment is had from the other replica, whose bytes are others, when the one that described it is gone', async (t) => {
  const peers = ['us-1', 'us-2', 'eu-1'].map((name, index) => peer(name, `127.206.9.${index + 1}`));
  const [us, relay, eu] = await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })));
  const next = msnAt(Date.now());
  const sizes = { 'us-1': 40, 'eu-1': 50 };
  for (const [i, origin] of [us!, eu!].entries()) {
    const replica = (['us-1', 'eu-1'] as const)[i]!;
    const parts = Array.from({ length: 12 * PARTS }, (_, n) =>
      part({ msn: next - 12 + Math.floor(n / PARTS), part: n % PARTS, bytes: sizes[replica] }),
    );
    openFeed(t, origin.url).send([...byReplica(replica, opening([VIDEO])), ...parts]);
    await askUntil(`${origin.url}/live/demo/360p/${next - 1}.m4s`, ({ status }) => status === 200);
  }
  await ask(`${relay!.url}/live/demo/360p/index.m3u8`);
  await us!.close();
  const answer = await ask(`${relay!.url}/live/demo/360p/${next - 12}.m4s`);
  assert.deepEqual([answer.status, answer.body.length], [200, PARTS * sizes['eu-1']]);
});

test('a relay hands on each part as it comes, to viewers who were waiting', async (t) => {
  const { relay, usFeed, next } = await startRegions(t);
  await ask(`${relay.url}/live/demo/index.m3u8`);
  const blocked = ask(`${relay.url}/live/demo/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=0`);
  const hinted = ask(`${relay.url}/live/demo/360p/${next}.0.m4s`);
  usFeed.send(bothTracks(next, 0));
  assert.equal(parseMediaPlaylist((await blocked).text).segments.at(-1)!.msn, next);
  assert.equal((await hinted).status, 200);
});

for (const [fault, strike] of [
  ['is killed', (usFeed: Sender) => void usFeed.end()],
  ['hangs', () => undefined],
] as const) {
  test(`when the pipeline of its region ${fault}, a relay goes on from the other region without a hole`, async (t) => {
    const { relay, usFeed, euFeed, next } = await startRegions(t);
    await ask(`${relay.url}/live/demo/index.m3u8`);
    usFeed.send(bothTracks(next, 0));
    await ask(`${relay.url}/live/demo/360p/${next}.0.m4s`);
    strike(usFeed);
    euFeed.send(bothTracks(next, 0));
    keepSending(t, [euFeed], next);
    const answer = await ask(`${relay.url}/live/demo/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=2`);
    assert.equal(answer.status, 200);
    const { segments: listed } = parseMediaPlaylist(answer.text);
    assert.ok(listed.every(({ gap, discontinuity }) => !gap && !discontinuity));
    const report = JSON.parse((await ask(`${relay.url}/status`)).text) as OriginReport;
    const [newest] = report.streams[0]!.feeds.toSorted((a, b) => b.lastPartMs! - a.lastPartMs!);
    assert.equal(newest!.from, 'eu-1');
  });
}

test("viewers of an origin whose own pipeline died are served from the other region's", async (t) => {
  const { us, usFeed, euFeed, next } = await startRegions(t);
  await usFeed.end();
  keepSending(t, [euFeed], next);
  const answer = await ask(`${us.url}/live/demo/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=1`);
  assert.equal(answer.status, 200);
});

test('a pipeline that is back takes its place, and the feed of the other region stays in reserve', async (t) => {
  const { us, usFeed, euFeed, next } = await startRegions(t);
  await usFeed.end();
  keepSending(t, [euFeed], next);
  await ask(`${us.url}/live/demo/360p/index.m3u8?_HLS_msn=${next}&_HLS_part=1`);
  const again = openFeed(t, us.url);
  again.send([...opening(), ...segments(next, 2)]);
  await askUntil(`${us.url}/status`, ({ text }) => {
    const { feeds } = (JSON.parse(text) as OriginReport).streams[0]!;
    return feeds.length === 2 && feeds[0]!.from === 'pipeline' && feeds[0]!.lastPartMs !== null;
  });
});

test('a stream that no origin has is not found within two seconds', async (t) => {
  const { relay } = await startRegions(t);
  const started = performance.now();
  assert.equal((await ask(`${relay.url}/live/nobody/index.m3u8`)).status, 404);
  assert.ok(performance.now() - started < 2000);
});

test('a pipeline that starts again learns from its origin where the stream goes on', async (t) => {
  const { us, usFeed, next } = await startRegions(t);
  usFeed.send(bothTracks(next, 0));
  await askUntil(`${us.url}/live/demo/audio/${next}.0.m4s`, (answer) => answer.status === 200);
  await usFeed.end();
  openFeed(t, us.url).send(opening().slice(0, 1));
  const place = { host: new URL(us.url).hostname, port: 8081, stream: 'demo', fromMsn: next - 2 };
  const points = await loadResumePoints(place);
  assert.deepEqual([...points.keys()].sort(), ['360p', 'audio']);
  for (const { msn, part: index } of points.values()) assert.deepEqual([msn, index], [next, 0]);
});

test('the newest feed of a pipeline replaces the older one', async (t) => {
  const { us, usFeed, next } = await startRegions(t);
  const newer = openFeed(t, us.url);
  newer.send(opening());
  await usFeed.ended;
  newer.send(bothTracks(next, 0));
  assert.equal((await ask(`${us.url}/live/demo/360p/${next}.0.m4s`)).status, 200);
});

test('a relay that took nothing for a while because of a drill has no hole in its window afterwards', async (t) => {
  net += 1;
  const peers = ['us-1', 'us-2'].map((name, index) => peer(name, `127.206.${net}.${index + 1}`));
  let isDeaf = false;
  const faults = new FaultInjector(
    () => (isDeaf ? { kind: 'stale', untilMs: Number.POSITIVE_INFINITY } : null),
    Date.now,
  );
  const us = await startTestOrigin(t, peers[0]!, { peers });
  const relay = await startTestOrigin(t, peers[1]!, { peers, deps: { faults } });
  const next = msnAt(Date.now());
  const feed = openFeed(t, us.url);
  feed.send([...opening(), ...segments(next - 4, 4)]);
  await askUntil(`${us.url}/live/demo/audio/${next - 1}.m4s`, ({ status }) => status === 200);
  assert.equal((await ask(`${relay.url}/live/demo/360p/index.m3u8`)).status, 200);
  isDeaf = true;
  feed.send(segments(next, 2));
  await askUntil(`${us.url}/live/demo/audio/${next + 1}.m4s`, ({ status }) => status === 200);
  isDeaf = false;
  feed.send(segments(next + 2, 1));
  await askUntil(`${relay.url}/live/demo/audio/${next + 2}.m4s`, ({ status }) => status === 200);
  const playlist = parseMediaPlaylist((await ask(`${relay.url}/live/demo/360p/index.m3u8`)).text);
  const listed = playlist.segments.filter(({ uri }) => uri !== null);
  assert.deepEqual(
    listed.map(({ msn, gap }) => [msn, gap]),
    Array.from({ length: 7 }, (_, at) => [next - 4 + at, false]),
  );
});
