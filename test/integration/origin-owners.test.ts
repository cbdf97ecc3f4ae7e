/** A region without a replica gets a stream once or twice, however many of its nodes have viewers. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OriginStreamReport } from '../../src/lib/health/report.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import { ask, peer, startTestOrigin, type TestOrigin } from '../support/origin-node.ts';
import { reportOf, startPipe, untilReport } from '../support/origin-regions.ts';
import { watchParts } from '../support/part-watcher.ts';
import { msnAt } from '../support/synthetic-feed.ts';

const EDGES = ['ap-3', 'ap-4', 'ap-5'];
let net = 60;

interface Three {
  /** By name: us-1 and eu-1 have a replica, ap-1 and ap-2 could have one, the other nodes of ap are edges. */
  readonly origins: Readonly<Record<string, TestOrigin>>;
  /** Moves the clock of every node of ap. */
  passTime(ms: number): void;
}

async function startThree(t: TestContext): Promise<Three> {
  net += 1;
  let passedMs = 0;
  const clock = { nowMs: () => Date.now() + passedMs } as never;
  const peers = ['us-1', 'eu-1', 'ap-1', 'ap-2', ...EDGES].map((name, i) =>
    peer(name, `127.206.${net}.${i + 1}`, EDGES.includes(name) ? ['edge'] : ['origin']),
  );
  const started = peers.map(async (node) => {
    const deps = node.region === 'ap' ? { clock } : {};
    return [node.name, await startTestOrigin(t, node, { peers, deps })] as const;
  });
  const origins = Object.fromEntries(await Promise.all(started));
  startPipe(t, origins['us-1']!, { replica: 'us-1' });
  startPipe(t, origins['eu-1']!, { replica: 'eu-1', lagMs: 90 });
  return {
    origins,
    passTime: (ms) => {
      passedMs += ms;
    },
  };
}

const isWhole = ({ feeds }: OriginStreamReport): boolean =>
  feeds.length === 2 && new Set(feeds.map(({ replica }) => replica)).size === 2;

/** Feeds that ap reads from other regions. */
async function crossings({ origins }: Three, nodes: readonly string[]): Promise<string[]> {
  const reports = await Promise.all(nodes.map((name) => reportOf(origins[name]!)));
  return reports
    .flatMap((report) => report?.feeds ?? [])
    .flatMap(({ from }) => (from.startsWith('ap') ? [] : from));
}

test('every node of the region has two replicas, and each replica crosses once', async (t) => {
  const three = await startThree(t);
  for (const name of EDGES) await ask(`${three.origins[name]!.url}/live/demo/index.m3u8`);
  for (const name of EDGES) {
    const { feeds } = await untilReport(three.origins[name]!, isWhole);
    assert.deepEqual(feeds.map(({ from }) => from).sort(), ['ap-1', 'ap-2']);
  }
  assert.deepEqual((await crossings(three, ['ap-1', 'ap-2', ...EDGES])).sort(), ['eu-1', 'us-1']);
});

test('viewers of an owner, too, have two replicas, one of them through the other owner', async (t) => {
  const three = await startThree(t);
  for (const name of ['ap-1', 'ap-2', 'ap-3']) {
    await ask(`${three.origins[name]!.url}/live/demo/index.m3u8`);
    await untilReport(three.origins[name]!, isWhole);
  }
  assert.equal((await crossings(three, ['ap-1', 'ap-2', 'ap-3'])).length, 2);
});

test('when an owner dies nobody misses a part, and everybody has two replicas again', async (t) => {
  const three = await startThree(t);
  for (const name of EDGES) {
    await ask(`${three.origins[name]!.url}/live/demo/index.m3u8`);
    await untilReport(three.origins[name]!, isWhole);
  }
  const from = { msn: msnAt(Date.now()) + 1, part: 0 };
  const watching = EDGES.map((name) => watchParts(`${three.origins[name]!.url}/live/demo/360p`, from, 12));
  await ask(`${three.origins['ap-3']!.url}/live/demo/360p/${from.msn}.1.m4s`);
  await three.origins['ap-1']!.close();
  for (const watched of await Promise.all(watching)) assert.ok(watched.every(({ status }) => status === 200));
  for (const name of EDGES) {
    await untilReport(three.origins[name]!, isWhole);
    const { segments } = parseMediaPlaylist(
      (await ask(`${three.origins[name]!.url}/live/demo/360p/index.m3u8`)).text,
    );
    assert.ok(segments.every(({ gap, discontinuity }) => !gap && !discontinuity));
  }
});

test('without viewers everything is let go, owners that read from one another too', async (t) => {
  const three = await startThree(t);
  const all = ['ap-1', 'ap-2', ...EDGES];
  for (const name of all) await ask(`${three.origins[name]!.url}/live/demo/index.m3u8`);
  for (const name of all) await untilReport(three.origins[name]!, isWhole);
  three.passTime(61_000);
  for (const name of all) await untilReport(three.origins[name]!, ({ feeds }) => feeds.length === 0);
});

test('a feed is handed on within the region, by its owners, and never twice', async (t) => {
  const { origins } = await startThree(t);
  const statusOf = async (node: string, query: string): Promise<number> => {
    const controller = new AbortController();
    const { status } = await fetch(`${origins[node]!.url}/feed/demo?${query}`, { signal: controller.signal });
    controller.abort();
    return status;
  };
  assert.equal(await statusOf('ap-1', 'from=0'), 404, 'not asked to hand on');
  assert.equal(await statusOf('ap-1', 'from=0&via=us-1'), 404, 'of another region');
  assert.equal(await statusOf('ap-1', 'from=0&via=nobody'), 404);
  assert.equal(await statusOf('ap-3', 'from=0&via=ap-4'), 404, 'not an owner');
  assert.equal(await statusOf('ap-1', 'from=0&via=ap-3'), 200);
  assert.equal(await statusOf('ap-1', 'from=0&via=ap-3&not=us-1,eu-1'), 404, 'nobody else has it');
});

test('a relay that has but what the only origin of its region hands on reads the pipeline there, too, when there is one', async (t) => {
  net += 1;
  const peers = [
    peer('us-1', `127.206.${net}.1`, ['origin']),
    peer('us-2', `127.206.${net}.2`, ['edge']),
    peer('eu-1', `127.206.${net}.3`, ['origin']),
  ];
  const [us, relay, eu] = await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })));
  startPipe(t, eu!, { replica: 'eu-1' });
  await ask(`${relay!.url}/live/demo/index.m3u8`);
  const alone = ({ feeds }: OriginStreamReport): boolean =>
    feeds.length === 1 && feeds[0]!.from === 'us-1' && feeds[0]!.replica === 'eu-1';
  await untilReport(relay!, alone);
  startPipe(t, us!, { replica: 'us-1' });
  await untilReport(relay!, isWhole);
});
