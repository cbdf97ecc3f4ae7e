import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { type DvrWrites, diskWrites } from '../../../src/lib/origin/dvr/dvr-files.ts';
import { Feed } from '../../../src/lib/origin/feeds/feed.ts';
import { HostedStreams } from '../../../src/lib/origin/hosted-streams.ts';
import { msnAt, opening, segments, VIDEO } from '../../support/synthetic-feed.ts';
import { until } from '../../support/until.ts';

const START_MS = 1_800_000_000_000;
const OVER_MS = 400_000;

/** Streams by a clock of their own; `errors` is what was logged. */
function setUp(t: TestContext, writes: DvrWrites = diskWrites) {
  const dir = mkdtempSync(join(tmpdir(), 'hosted-streams-'));
  const clock = { ms: START_MS };
  const errors: string[] = [];
  const log = pino(
    { level: 'error' },
    { write: (line) => errors.push((JSON.parse(line) as Line).err.message) },
  );
  const streams = new HostedStreams(dir, {
    ...{ nowMs: () => clock.ms, writes, log, self: { name: 'us-1', region: 'us' } },
    candidates: () => [],
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
  const { streams, clock, errors, play } = setUp(t, { ...diskWrites, deleteFolder });
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
  const { streams, clock, play } = setUp(t, { ...diskWrites, deleteFolder });
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
