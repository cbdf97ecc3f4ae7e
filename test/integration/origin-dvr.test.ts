import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OriginReport } from '../../src/lib/health/report.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { diskWrites } from '../../src/lib/origin/dvr/dvr-files.ts';
import { ask, askUntil, openFeed, peer, startTestOrigin, temporaryDir } from '../support/origin-node.ts';
import {
  AUDIO,
  description,
  hello,
  msnAt,
  opening,
  part,
  segments,
  VIDEO,
} from '../support/synthetic-feed.ts';

const COUNT = 30;

async function reportOf(url: string): Promise<OriginReport['streams'][number]> {
  return (JSON.parse((await ask(`${url}/status`)).text) as OriginReport).streams[0]!;
}

test('segments that left memory are served from disk, and memory stays at a few', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.206.30.1'));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - COUNT, COUNT)]);
  const first = `${url}/live/demo/360p/${next - COUNT}.m4s`;
  await askUntil(`${url}/live/demo/audio/${next - 1}.m4s`, ({ status }) => status === 200);
  const answer = await ask(first);
  assert.deepEqual([answer.status, answer.headers['content-length']], [200, '160']);
  assert.match(answer.text, new RegExp(`^360p ${next - COUNT}\\.0`));
  assert.equal((await ask(first, { method: 'HEAD' })).headers['content-length'], '160');
  await askUntil(`${url}/status`, ({ text }) => JSON.parse(text).streams[0].diskBytes === 2 * COUNT * 160);
  const report = await reportOf(url);
  assert.equal(report.memoryBytes, 2 * 9 * 160);
  assert.deepEqual([report.firstMsn, report.lastMsn], [next - COUNT, next - 1]);
});

test('what is past the DVR window leaves the disk', async (t) => {
  const { url, dir } = await startTestOrigin(t, peer('us-1', '127.206.30.2'));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), hello('demo', 20), ...segments(next - COUNT, COUNT)]);
  // The bytes alone may be these on their way up.
  await askUntil(`${url}/status`, ({ text }) => {
    const [report] = (JSON.parse(text) as OriginReport).streams;
    return report?.firstMsn === next - 11 && report.diskBytes === 2 * 11 * 160;
  });
  const files = await readdir(join(dir, 'data', 'dvr', 'demo', '360p'));
  assert.equal(files.filter((name) => /^\d+\.m4s$/.test(name)).length, 11);
});

test('an origin that was killed has its window again, whole segments only', async (t) => {
  const dir = await temporaryDir(t);
  const node = peer('us-1', '127.206.30.3');
  const before = await startTestOrigin(t, node, { dir });
  const next = msnAt(Date.now());
  const feed = openFeed(t, before.url);
  feed.send([...opening(), ...segments(next - 10, 10), part({ msn: next, part: 0 })]);
  await askUntil(`${before.url}/status`, ({ text }) => JSON.parse(text).streams[0]?.diskBytes === 20 * 160);
  await before.close();
  const track = join(dir, 'data', 'dvr', 'demo', '360p');
  // What a kill may leave: a file half written, a whole one without its index line, a line that is cut.
  await writeFile(join(track, `${next}.m4s.tmp`), 'half');
  await writeFile(join(track, `${next + 1}.m4s`), 'whole, but unknown');
  await appendFile(join(track, 'index.jsonl'), '{"type":"segment","track":"360p","ms');
  // What a power cut may leave: a file shorter than its line says.
  await writeFile(join(track, `${next - 8}.m4s`), 'short');
  const after = await startTestOrigin(t, node, { dir });
  assert.deepEqual(
    [(await reportOf(after.url)).firstMsn, (await reportOf(after.url)).health],
    [next - 7, 'down'],
  );
  const left = await readdir(track);
  assert.ok(!left.includes(`${next}.m4s.tmp`) && !left.includes(`${next + 1}.m4s`));
  const again = openFeed(t, after.url);
  again.send([...opening(), ...segments(next - 2, 3)]);
  const answer = await askUntil(`${after.url}/live/demo/360p/index.m3u8`, ({ status }) => status === 200);
  const playlist = parseMediaPlaylist(answer.text);
  assert.deepEqual([playlist.mediaSequence, playlist.segments.length], [next - 7, 8]);
  for (const { uri } of playlist.segments) {
    assert.equal((await ask(`${after.url}/live/demo/360p/${uri}`)).body.length, 160);
  }
  assert.match(await readFile(join(track, 'index.jsonl'), 'utf8'), new RegExp(`"msn":${next}`));
});

test('segments that an origin knew by their descriptions only are no hole after it was killed', async (t) => {
  const dir = await temporaryDir(t);
  const node = peer('us-1', '127.206.30.5');
  const before = await startTestOrigin(t, node, { dir });
  const next = msnAt(Date.now());
  const feed = openFeed(t, before.url);
  const described = [VIDEO, AUDIO].flatMap((track) => [6, 5, 4].map((ago) => description(track, next - ago)));
  feed.send([...opening(), ...segments(next - 10, 4), ...described, ...segments(next - 3, 3)]);
  await askUntil(`${before.url}/status`, ({ text }) => JSON.parse(text).streams[0]?.diskBytes === 14 * 160);
  await before.close();
  const after = await startTestOrigin(t, node, { dir });
  const { firstMsn, diskBytes } = await reportOf(after.url);
  assert.deepEqual([firstMsn, diskBytes], [next - 10, 14 * 160]);
});

test('what was stored by a clock that was ahead is no window, and lies there until it is of the past', async (t) => {
  const dir = await temporaryDir(t);
  const node = peer('us-1', '127.206.30.6');
  const next = msnAt(Date.now());
  const later = next + 300;
  const ahead = { nowMs: () => Date.now() + 600_000 };
  const before = await startTestOrigin(t, node, { dir, deps: { clock: ahead } });
  const feed = openFeed(t, before.url);
  feed.send([...opening(), ...segments(later - 5, 5)]);
  await askUntil(`${before.url}/status`, ({ text }) => JSON.parse(text).streams[0]?.diskBytes === 10 * 160);
  await before.close();
  const track = join(dir, 'data', 'dvr', 'demo', '360p');
  const stored = (await readdir(track)).sort();
  const right = await startTestOrigin(t, node, { dir });
  assert.deepEqual((JSON.parse((await ask(`${right.url}/status`)).text) as OriginReport).streams, []);
  assert.deepEqual((await readdir(track)).sort(), stored);
  const again = openFeed(t, right.url);
  again.send([...opening(), ...segments(next - 4, 4)]);
  await askUntil(`${right.url}/status`, ({ text }) => JSON.parse(text).streams[0]?.diskBytes === 8 * 160);
  await right.close();
  const after = await startTestOrigin(t, node, { dir });
  const { firstMsn, lastMsn } = await reportOf(after.url);
  assert.deepEqual([firstMsn, lastMsn], [next - 4, next - 1]);
  await after.close();
  const late = await startTestOrigin(t, node, { dir, deps: { clock: ahead } });
  const { firstMsn: laterFirst, lastMsn: laterLast } = await reportOf(late.url);
  assert.deepEqual([laterFirst, laterLast], [later - 5, later - 1]);
});

test('on a full disk live goes on, the window shrinks to memory, and the report says why, also when there is room again', async (t) => {
  const full = (): Promise<void> => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  let isFull = true;
  const dvrWrites = {
    ...diskWrites,
    writeFile: (path: string, bytes: Uint8Array | string) =>
      isFull ? full() : diskWrites.writeFile(path, bytes),
    appendFile: (path: string, text: string) => (isFull ? full() : diskWrites.appendFile(path, text)),
  };
  const { url } = await startTestOrigin(t, peer('us-1', '127.206.30.4'), { deps: { dvrWrites } });
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - COUNT, COUNT)]);
  await askUntil(`${url}/status`, ({ text }) => JSON.parse(text).streams[0]?.firstMsn === next - 9);
  const report = await reportOf(url);
  assert.equal(report.health, 'degraded');
  assert.match(report.reasons.join(), /disk is full/);
  assert.equal((await ask(`${url}/live/demo/360p/index.m3u8`)).status, 200);
  assert.equal((await ask(`${url}/live/demo/360p/${next - 9}.m4s`)).body.length, 160);
  isFull = false;
  feed.send(segments(next, 1));
  await askUntil(`${url}/status`, ({ text }) => {
    const { reasons } = JSON.parse(text).streams[0];
    return reasons.length === 1 && /^the recording is short: it begins after .*Z$/.test(reasons[0]);
  });
});
