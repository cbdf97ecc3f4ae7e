import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrackInfo } from '../../src/lib/feed/message.ts';
import type { OriginStreamReport } from '../../src/lib/health/report.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { ask, askUntil, peer, startTestOrigin, type TestOrigin } from '../support/origin-node.ts';
import {
  type Pipe,
  reportOf,
  startPipe,
  startRegions,
  type TestRegions,
  untilFeeds,
  untilReport,
} from '../support/origin-regions.ts';
import { longestWaitMs, type WatchedPart, watchParts } from '../support/part-watcher.ts';
import { onQuietMachine } from '../support/quiet-machine.ts';
import { msnAt, PART_SEC, part, VIDEO } from '../support/synthetic-feed.ts';
import { until } from '../support/until.ts';

const PART_MS = 1000 * PART_SEC;
/** Three whole segments are compared; the one that runs is not whole. */
const SAME_MS = 12_000;
/** Others of these addresses are of tests that run beside this one. */
let net = 130;
const nextNet = (): string => {
  net += 1;
  return `127.206.${net}`;
};

async function assertSeamless(origins: readonly TestOrigin[], stream = 'demo'): Promise<void> {
  for (const { url } of origins) {
    const { segments } = parseMediaPlaylist((await ask(`${url}/live/${stream}/360p/index.m3u8`)).text);
    assert.ok(segments.every(({ gap, discontinuity }) => !gap && !discontinuity));
  }
}

test('a relay holds the feeds of two replicas, an origin with a pipeline one beside its own', async (t) => {
  const { us, relay } = await startRegions(t, nextNet());
  await ask(`${relay.url}/live/demo/index.m3u8`);
  await untilFeeds(relay, 2);
  await untilFeeds(us, 2);
  const [relayed, own] = [await reportOf(relay), await reportOf(us)];
  assert.deepEqual(relayed!.feeds.map(({ replica }) => replica).sort(), ['eu-1', 'us-1']);
  assert.deepEqual(
    own!.feeds.map(({ from, replica }) => [from, replica]),
    [
      ['pipeline', 'us-1'],
      ['eu-1', 'eu-1'],
    ],
  );
});

const FAULTS = {
  ends: ({ sender }: Pipe) => void sender.end(),
  hangs: ({ live }: Pipe) => live.stop(),
} as const;

/** Strikes one replica of each stream, each at another phase of a part, and watches the relay and the origin. */
async function watchFault(
  regions: TestRegions,
  streams: readonly string[],
  strike: (pipe: Pipe) => void,
): Promise<WatchedPart[][]> {
  const { us, relay, usPipes } = regions;
  for (const stream of streams) {
    await ask(`${relay.url}/live/${stream}/index.m3u8`);
    for (const origin of [relay, us]) await untilFeeds(origin, 2, stream);
  }
  const from = { msn: msnAt(Date.now()) + 1, part: 0 };
  const watching = [relay, us].flatMap(({ url }) =>
    streams.map((stream) => watchParts(`${url}/live/${stream}/360p`, from, 10)),
  );
  await sleep(from.msn * 2000 + 1000 - Date.now());
  for (const pipe of usPipes) {
    strike(pipe);
    await sleep(PART_MS / streams.length);
  }
  return await Promise.all(watching);
}

for (const [fault, strike] of Object.entries(FAULTS)) {
  test(`when a replica ${fault}, viewers of its origin and of relays get every part, each at most 1.2 part targets after the one before, at any phase`, async (t: TestContext) => {
    let watched: WatchedPart[][] = [];
    const quiet = await onQuietMachine(t, async () => {
      const streams = Array.from({ length: 10 }, (_, i) => `demo${i}`);
      const regions = await startRegions(t, nextNet(), streams);
      watched = await watchFault(regions, streams, strike);
      for (const stream of streams) await assertSeamless([regions.relay, regions.us], stream);
    });
    const waits = watched.map(longestWaitMs).sort((a, b) => a - b);
    t.diagnostic(`longest wait for a part, ms: median ${waits[10]}, worst ${waits.at(-1)}`);
    if (!quiet) return;
    assert.ok(watched.flat().every(({ status }) => status === 200));
    assert.ok(waits.at(-1)! <= 1.2 * PART_MS, `${waits}`);
  });
}

test('a rendition that only one replica makes is there as long as that one delivers', async (t) => {
  const address = nextNet();
  const peers = ['us-1', 'eu-1', 'us-2'].map((name, i) => peer(name, `${address}.${i + 1}`));
  const origins = await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })));
  const low = { ...VIDEO, id: '180p' };
  const makeOf =
    (...tracks: TrackInfo[]) =>
    ({ msn, part: index }: { readonly msn: number; readonly part: number }) =>
      tracks.map((track) => part({ track, msn, part: index }));
  const [us, eu] = origins as [TestOrigin, TestOrigin];
  const { live } = startPipe(t, us, { replica: 'us-1', tracks: [VIDEO, low], make: makeOf(VIDEO, low) });
  startPipe(t, eu, { replica: 'eu-1', tracks: [low], make: makeOf(low) });
  const listed = async (count: number, { url }: TestOrigin): Promise<unknown> =>
    await askUntil(`${url}/live/demo/index.m3u8`, ({ text }) => text.split('.m3u8').length - 1 === count);
  for (const origin of origins) await listed(2, origin);
  live.freeze();
  for (const origin of origins) {
    await listed(1, origin);
    await askUntil(`${origin.url}/live/demo/180p/index.m3u8`, ({ status }) => status === 200);
  }
  live.thaw();
  for (const origin of origins) await listed(2, origin);
});

test('a replica that is thawed takes its place again, without a seam', async (t) => {
  const { us, relay, usPipes } = await startRegions(t, nextNet());
  await ask(`${relay.url}/live/demo/index.m3u8`);
  await untilFeeds(relay, 2);
  usPipes[0]!.live.freeze();
  await untilFeeds(relay, 1);
  usPipes[0]!.live.thaw();
  await untilFeeds(relay, 2);
  await watchParts(`${us.url}/live/demo/360p`, { msn: msnAt(Date.now()) + 1, part: 0 }, 4);
  await assertSeamless([us, relay]);
});

test('a replica that drifts is named by every origin, not mixed in, and takes part again once it is the same', async (t) => {
  const address = nextNet();
  const peers = ['us-1', 'eu-1', 'us-2'].map((name, i) => peer(name, `${address}.${i + 1}`));
  const [us, eu, relay] = (await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })))) as [
    TestOrigin,
    TestOrigin,
    TestOrigin,
  ];
  let frames = 15;
  const make = ({ msn, part: index }: { readonly msn: number; readonly part: number }) => [
    part({ msn, part: index, frames }),
  ];
  const us1 = startPipe(t, us, { replica: 'us-1', tracks: [VIDEO], make: (at) => [part(at)] });
  startPipe(t, eu, { replica: 'eu-1', tracks: [VIDEO], make, lagMs: 120 });
  await ask(`${relay.url}/live/demo/index.m3u8`);
  await untilFeeds(relay, 2);
  frames = 14;
  const driftOf = (report: OriginStreamReport, replica: string) =>
    report.feeds.find((feed) => feed.replica === replica)?.drift?.differs.join();
  // The other one is quicker and was served everywhere: even its own origin knows better.
  for (const origin of [us, eu, relay]) {
    await untilReport(origin, (report) => driftOf(report, 'eu-1') === 'frames', { limitMs: SAME_MS });
  }
  const report = await reportOf(relay);
  assert.deepEqual([report!.supply!.state, report!.supply!.serving], ['one-feed', 'us-1']);
  frames = 15;
  for (const origin of [us, eu, relay]) {
    const isSame = ({ supply, feeds }: OriginStreamReport) =>
      supply!.state === 'two-feeds' && feeds.every(({ drift }) => drift === null);
    await untilReport(origin, isSame, { limitMs: SAME_MS });
  }
  await us1.sender.end();
  await untilReport(relay, ({ supply }) => supply!.serving === 'eu-1');
  await assertSeamless([us, eu, relay]);
});

test('cold start, change of feed and loss of both are states with a time', async (t) => {
  const { relay, usPipes, euPipes } = await startRegions(t, nextNet());
  const startedMs = Date.now();
  await ask(`${relay.url}/live/demo/index.m3u8`);
  const two = await untilReport(relay, ({ supply }) => supply!.state === 'two-feeds');
  assert.ok(two.supply!.sinceMs >= startedMs);
  // At the beginning of a segment another feed leads without a change of feed.
  await until(() => Date.now() % 2000 > 600 && Date.now() % 2000 < 1500, 'the middle of a segment');
  const first = (await reportOf(relay))!.supply!.serving;
  const [serving, other] = first === 'us-1' ? [usPipes, euPipes] : [euPipes, usPipes];
  serving[0]!.live.stop();
  const one = await untilReport(relay, ({ supply }) => supply!.state === 'one-feed');
  assert.equal(one.supply!.changes, 1);
  const change = one.supply!.lastChange!;
  assert.deepEqual([change.from, change.why], [first, 'missing']);
  assert.ok(change.atMs > two.supply!.sinceMs && change.afterMs > PART_MS);
  other[0]!.live.stop();
  const none = await untilReport(relay, ({ supply }) => supply!.state === 'no-feed');
  assert.ok(none.supply!.sinceMs > change.atMs);
});
