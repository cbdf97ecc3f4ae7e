import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { type DvrWrites, diskWrites } from '../../../src/lib/origin/dvr/dvr-files.ts';
import { Feed } from '../../../src/lib/origin/feeds/feed.ts';
import { HostedStreams } from '../../../src/lib/origin/hosted-streams.ts';
import { Steering } from '../../../src/lib/origin/steering/steering.ts';
import { peer } from '../../support/origin-node.ts';
import { hello, msnAt, opening, segments, status, VIDEO } from '../../support/synthetic-feed.ts';
import { until } from '../../support/until.ts';

const START_MS = 1_800_000_000_000;
const OVER_MS = 400_000;

interface SetUp {
  readonly writes?: DvrWrites;
  /** There is one other origin, and it does not answer. */
  readonly isDown?: boolean;
}

const DOWN = peer('eu-1', '127.231.0.1');

/** Streams by a clock of their own; `errors` is what was logged. */
function setUp(t: TestContext, { writes = diskWrites, isDown = false }: SetUp = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'hosted-streams-'));
  const clock = { ms: START_MS };
  const errors: string[] = [];
  const log = pino(
    { level: 'error' },
    { write: (line) => errors.push((JSON.parse(line) as Line).err.message) },
  );
  const streams = new HostedStreams(dir, {
    ...{ nowMs: () => clock.ms, writes, log, self: { name: 'us-1', region: 'us' } },
    candidates: () => (isDown ? [DOWN] : []),
    owners: () => [],
  });
  t.after(async () => {
    await streams.close();
    rmSync(dir, { recursive: true, force: true });
  });
  /** A pipeline that makes two segments and ends. */
  const play = async (name: string): Promise<string> => {
    const hosted = streams.open(name);
    const feed = new Feed({ from: null, sinceMs: clock.ms, drop: () => undefined });
    const first = msnAt(clock.ms) - 2;
    hosted.attachPipeline(feed);
    for (const frame of [...opening([VIDEO], name), ...segments(first, 2, [VIDEO])]) {
      hosted.acceptFromPipeline(frame, feed);
    }
    hosted.detachPipeline(feed);
    return join(dir, 'dvr', name, '360p', `${first}.m4s`);
  };
  return { streams, clock, errors, play };
}

interface Line {
  readonly err: { readonly message: string };
}

test('a stream whose files cannot be deleted costs no other one anything', async (t) => {
  const deleted: string[] = [];
  const deleteFolder = async (path: string): Promise<void> => {
    if (path.endsWith('sick')) throw new Error('EIO');
    await diskWrites.deleteFolder(path);
    deleted.push(path.split('/').at(-1)!);
  };
  const { streams, clock, errors, play } = setUp(t, { writes: { ...diskWrites, deleteFolder } });
  for (const name of ['sick', 'well']) await play(name);
  clock.ms += OVER_MS;
  await streams.tend();
  assert.deepEqual([[...streams.all()].length, deleted, errors], [0, ['well'], ['EIO']]);
});

test('a stream that is opened anew while its files are deleted writes its own after that', async (t) => {
  let deleteNow: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    deleteNow = resolve;
  });
  const deleteFolder = (path: string): Promise<void> => gate.then(() => diskWrites.deleteFolder(path));
  const { streams, clock, play } = setUp(t, { writes: { ...diskWrites, deleteFolder } });
  const old = await play('demo');
  await until(() => existsSync(old), 'the first segments');
  clock.ms += OVER_MS;
  const tended = streams.tend();
  const anew = await play('demo');
  deleteNow();
  await tended;
  await streams.get('demo')!.store.flush();
  assert.deepEqual([existsSync(old), existsSync(anew)], [false, true]);
});

const countOf = (streams: HostedStreams): number => [...streams.all()].length;

test('a new name takes the place of the one that was asked for longest ago, of those without media', async (t) => {
  const { streams, clock, play } = setUp(t, { isDown: true });
  await play('live');
  const first = streams.demand('first')!;
  const wanted = streams.demand('wanted');
  let tried = 0;
  for (; tried < 1000; tried += 1) {
    clock.ms += 20;
    assert.ok(streams.demand(`name-${tried}`) !== undefined);
    assert.equal(streams.demand('wanted'), wanted, 'whoever is asked for again stays');
  }
  assert.equal(countOf(streams), 257);
  assert.deepEqual([streams.get('first'), first.absent], [undefined, true], 'who waits for it is told');
  assert.ok(streams.get('live') !== undefined);
  assert.ok(streams.get(`name-${tried - 250}`) !== undefined, 'there for 5 s');
});

test('a name that nobody asks for again is forgotten in time, also while an origin is down', async (t) => {
  const { streams, clock } = setUp(t, { isDown: true });
  streams.demand('nobody');
  clock.ms += 9000;
  await streams.tend();
  assert.equal(countOf(streams), 1);
  clock.ms += 2000;
  await streams.tend();
  assert.equal(countOf(streams), 0);
});

test('an end counts while a feed says so and a second after it, and not what another feed has not said', (t) => {
  const { streams, clock } = setUp(t, { isDown: true });
  const hosted = streams.open('demo');
  const steering = new Steering({
    ...{ node: 'us-1', streams, nowMs: () => clock.ms },
    ...{ peers: () => [], moves: () => [], getText: () => Promise.reject(new Error()) },
  });
  const attach = (): Feed => {
    const feed = new Feed({ from: null, sinceMs: clock.ms, drop: () => undefined });
    hosted.attachPipeline(feed);
    hosted.acceptFromPipeline(hello(), feed);
    return feed;
  };
  const seen = (): unknown[] => {
    const verdict = hosted.doubtEnd({ outcome: 'serve' });
    const { mediaAgeMs } = steering.stateOf(hosted);
    return [verdict.outcome === 'wait' ? verdict.status : verdict.outcome, mediaAgeMs];
  };
  const first = attach();
  for (const frame of [...opening([VIDEO]), ...segments(msnAt(clock.ms) - 2, 2, [VIDEO])]) {
    hosted.acceptFromPipeline(frame, first);
  }
  assert.deepEqual(seen(), ['serve', 0]);
  hosted.acceptFromPipeline(status('ended'), first);
  clock.ms += 60_000;
  assert.deepEqual(seen(), ['serve', 0], 'as its pipeline says');
  hosted.detachPipeline(first);
  clock.ms += 900;
  assert.deepEqual(seen(), ['serve', 900], 'as it said');
  clock.ms += 60_000;
  assert.deepEqual(seen(), [200, 60_900], 'served when nobody else is heard of');
  const second = attach();
  assert.deepEqual(seen(), [503, null], 'somebody has begun');
  hosted.acceptFromPipeline(status('starting'), second);
  assert.equal(seen()[0], 'serve', 'judged by its parts again');
});

test('where there is no other origin an end counts for ever', async (t) => {
  const { streams, clock, play } = setUp(t);
  await play('demo');
  const hosted = streams.get('demo')!;
  hosted.live.accept(status('ended'), clock.ms);
  clock.ms += 60_000;
  assert.equal(hosted.doubtEnd({ outcome: 'serve' }).outcome, 'serve');
});
