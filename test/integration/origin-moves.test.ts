/** A replica joins on another node and the old one goes: nobody who watches anywhere misses, repeats or mixes up a part. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { OriginStreamReport } from '../../src/lib/health/report.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { ask, peer, startTestOrigin, type TestOrigin } from '../support/origin-node.ts';
import { startPipe, untilFeeds, untilReport } from '../support/origin-regions.ts';
import { watchParts } from '../support/part-watcher.ts';
import { msnAt } from '../support/synthetic-feed.ts';
import { until } from '../support/until.ts';

const WATCHED = 14;
let net = 40;

interface Nodes {
  readonly from: TestOrigin;
  readonly to: TestOrigin;
  readonly eu: TestOrigin;
  readonly relay: TestOrigin;
}

async function startNodes(t: TestContext): Promise<Nodes> {
  net += 1;
  const peers = ['us-1', 'us-2', 'eu-1', 'us-3'].map((name, i) => peer(name, `127.206.${net}.${i + 1}`));
  const [from, to, eu, relay] = (await Promise.all(
    peers.map((node) => startTestOrigin(t, node, { peers })),
  )) as [TestOrigin, TestOrigin, TestOrigin, TestOrigin];
  return { from, to, eu, relay };
}

const hasWholeSegment = ({ pipeline }: OriginStreamReport): boolean => (pipeline?.segments.length ?? 0) > 0;

/** Watches every part at these origins while something happens. */
async function assertSeamlessWhile(origins: readonly TestOrigin[], act: () => Promise<void>): Promise<void> {
  const from = { msn: msnAt(Date.now()) + 1, part: 0 };
  const watching = origins.map(({ url }) => watchParts(`${url}/live/demo/360p`, from, WATCHED));
  await act();
  for (const watched of await Promise.all(watching)) {
    assert.deepEqual(
      watched.map(({ status }) => status),
      Array(WATCHED).fill(200),
    );
  }
  for (const { url } of origins) {
    const { segments } = parseMediaPlaylist((await ask(`${url}/live/demo/360p/index.m3u8`)).text);
    assert.ok(segments.every(({ gap, discontinuity }) => !gap && !discontinuity));
    const msns = segments.map(({ msn }) => msn);
    assert.deepEqual(
      msns,
      msns.map((_, i) => msns[0]! + i),
    );
  }
}

describe('a stream that moves', { concurrency: true }, () => {
  test('a stream with two replicas moves under its viewers, at the nodes themselves and at relays', async (t) => {
    const { from, to, eu, relay } = await startNodes(t);
    const old = startPipe(t, from, { replica: 'us-1' });
    startPipe(t, eu, { replica: 'eu-1', lagMs: 90 });
    for (const { url } of [to, relay]) await ask(`${url}/live/demo/index.m3u8`);
    for (const origin of [from, to, eu, relay]) await untilFeeds(origin, 2);
    await assertSeamlessWhile([from, to, eu, relay], async () => {
      startPipe(t, to, { replica: 'us-2', lagMs: 70 });
      await untilReport(to, hasWholeSegment);
      await old.sender.end();
    });
    const relayed = await untilReport(relay, ({ supply }) => supply!.state === 'two-feeds');
    assert.deepEqual(relayed.feeds.map(({ replica }) => replica).sort(), ['eu-1', 'us-2']);
  });

  test('a stream with one replica moves under its viewers', async (t) => {
    const { from, to, relay } = await startNodes(t);
    const old = startPipe(t, from, { replica: 'us-1' });
    for (const { url } of [to, relay]) await ask(`${url}/live/demo/index.m3u8`);
    for (const origin of [to, relay]) await untilFeeds(origin, 1);
    await assertSeamlessWhile([from, to, relay], async () => {
      startPipe(t, to, { replica: 'us-2', lagMs: 70 });
      for (const origin of [from, relay]) await untilFeeds(origin, 2);
      await old.sender.end();
    });
    for (const origin of [from, relay])
      await untilReport(origin, ({ feeds }) => feeds[0]!.replica === 'us-2');
  });

  test('when the old replica ends before anybody has the new one, each part comes all the same', async (t) => {
    const { from, to, relay } = await startNodes(t);
    const old = startPipe(t, from, { replica: 'us-1' });
    await ask(`${relay.url}/live/demo/index.m3u8`);
    await untilFeeds(relay, 1);
    await assertSeamlessWhile([from, relay], async () => {
      const { lastMsn } = await untilReport(from, hasWholeSegment);
      await untilReport(from, (report) => report.lastMsn! > lastMsn!);
      await old.sender.end();
      startPipe(t, to, { replica: 'us-2', lagMs: 70 });
    });
  });

  test('a replica that joins in the middle of a segment, with parts of its own, is not mixed into it', async (t) => {
    const { from, to, relay } = await startNodes(t);
    const old = startPipe(t, from, { replica: 'us-1' });
    for (const { url } of [to, relay]) await ask(`${url}/live/demo/index.m3u8`);
    for (const origin of [to, relay]) await untilFeeds(origin, 1);
    await assertSeamlessWhile([from, to, relay], async () => {
      await until(() => Date.now() % 2000 > 1100, 'the middle of a segment');
      startPipe(t, to, { replica: 'us-2', lagMs: 30, history: 0, startsWith: { shiftSec: 0.2, frames: 9 } });
      for (const origin of [from, relay]) await untilFeeds(origin, 2);
      await untilReport(to, ({ pipeline }) => pipeline!.segments.length > 1);
      await old.sender.end();
    });
  });
});
