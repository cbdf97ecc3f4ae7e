import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { FlvTag } from '../../src/lib/media/flv.ts';
import { unixMsOfTicks, VIDEO_TIMESCALE } from '../../src/lib/media/grid.ts';
import { assertContiguous, assertDecodes } from '../support/assert-parts.ts';
import { childrenOf, isRunning } from '../support/child-processes.ts';
import { testPicture } from '../support/fake-contribution.ts';
import { FeedSink } from '../support/feed-sink.ts';
import { type PipelineRig, type Replica, type RigOptions, startRig } from '../support/pipeline-rig.ts';
import { until } from '../support/until.ts';

const ONE = [{ name: '180p', width: 320, height: 180, videoKbps: 300 }];

async function withRig(options: RigOptions, run: (rig: PipelineRig) => Promise<void>): Promise<void> {
  const rig = await startRig(options);
  try {
    await run(rig);
  } finally {
    await rig.close();
  }
}

/** Says when the picture is back. The 2 s that are promised are the drills' to measure: encoders start late on a busy machine. */
async function assertBack(t: TestContext, sinceMs: number, back: () => Promise<number>): Promise<void> {
  const backAfterMs = (await back()) - sinceMs;
  t.diagnostic(`back after ${Math.round(backAfterMs)} ms`);
  assert.ok(backAfterMs < 10_000, `back after ${backAfterMs} ms`);
}

/** Resolves with the Unix time of the media that the first wholly live part from `index` on begins with. */
async function liveAgain(sink: FeedSink, index: number): Promise<number> {
  const found = () => sink.track('180p').find((part, i) => i >= index && !part.slate);
  await until(() => found() !== undefined, 'live media');
  return unixMsOfTicks(found()?.decodeTime ?? 0, VIDEO_TIMESCALE);
}

async function untilSteady(replica: Pick<Replica, 'sink' | 'logged'>): Promise<void> {
  const { sink, logged } = replica;
  await until(() => sink.track('180p').length > 3 && logged.includes('slate ready'), 'live parts');
}

async function untilState(sink: FeedSink, state: string): Promise<void> {
  await until(() => sink.status?.state === state, `state ${state}`);
}

function assertWhole(sink: FeedSink): void {
  for (const track of sink.tracks?.tracks ?? []) {
    assertContiguous(sink.track(track.id));
    assertDecodes(sink, track.id);
  }
}

describe('a pipeline whose publisher comes back', { concurrency: 3 }, () => {
  test('shows the slate and is live again soon after the publisher', (t) =>
    withRig({ address: '127.201.2.1' }, async (rig) => {
      const { sink, logged } = await rig.startReplica('us-1');
      const first = rig.contribution.publish({ arguments: testPicture({}) });
      await untilSteady({ sink, logged });
      first.stop();
      await until(() => sink.track('180p').filter((part) => part.slate).length > 3, 'slate');
      await untilState(sink, 'slate');
      const known = sink.track('180p').length;
      const second = rig.contribution.publish({ arguments: testPicture({}) });
      await assertBack(t, second.sessionId, () => liveAgain(sink, known));
      await untilState(sink, 'live');
      assertWhole(sink);
    }));

  for (const [index, stallSec] of [1, 5].entries()) {
    test(`goes on after a stall of ${stallSec} s that ends in a burst`, (t) =>
      withRig({ address: `127.201.2.1${index}`, settings: { ladder: ONE } }, async (rig) => {
        const { sink, logged } = await rig.startReplica('us-1');
        const session = rig.contribution.publish({ arguments: testPicture({ gop: 100 }) });
        await untilSteady({ sink, logged });
        const stalledMs = Date.now();
        session.stall();
        await until(() => Date.now() - stalledMs > stallSec * 1000, 'the stall');
        const known = sink.track('180p').length;
        session.resume();
        await assertBack(t, Date.now(), () => liveAgain(sink, known));
        assert.ok(sink.track('180p').some((part) => part.slate));
        assertWhole(sink);
      }));
  }
});

describe('a pipeline whose publisher fails', { concurrency: 3 }, () => {
  test('keeps the init segment when the source’s resolution changes in the middle', () =>
    withRig({ address: '127.201.2.20' }, async (rig) => {
      const { sink, logged } = await rig.startReplica('us-1');
      const first = rig.contribution.publish({ arguments: testPicture({ size: '640x360' }) });
      await untilSteady({ sink, logged });
      first.become(testPicture({ size: '480x360' }));
      await until(() => sink.status?.source?.width === 480, 'the new size');
      const known = sink.track('180p').length;
      await until(() => sink.track('180p').length > known + 4, 'parts of the new size');
      assertWhole(sink);
    }));

  test('leaves out pictures that are dated fourteen minutes ahead, and goes on', () =>
    withRig({ address: '127.201.2.40', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      let lastMs = 0;
      const filter = (tag: FlvTag): FlvTag => {
        if (tag.type !== 'video' || tag.isSequenceHeader) return tag;
        lastMs = tag.timestampMs;
        if (lastMs < 4000 || lastMs > 6000) return tag;
        // The composition time: one of 15 minutes or more ffmpeg passes over by itself.
        const [kind, media] = [tag.data.subarray(0, 2), tag.data.subarray(5)];
        return { ...tag, data: Buffer.concat([kind, Buffer.from([0x0c, 0xd1, 0x40]), media]) };
      };
      rig.contribution.publish({ arguments: testPicture({ gop: 30 }), filter });
      await until(() => lastMs > 6000, 'the pictures');
      const known = sink.track('180p').length;
      await until(() => sink.track('180p').length > known + 6, 'parts behind them');
      for (const { decodeTime, arrivedMs } of sink.track('180p'))
        assert.ok(unixMsOfTicks(decodeTime, VIDEO_TIMESCALE) < arrivedMs + 1000);
    }));

  test('ends when the slate’s maximum time is over', () => {
    const slate = { afterSec: 0.5, maxSec: 4, text: 'Back soon' };
    return withRig({ address: '127.201.2.30', settings: { ladder: ONE, slate } }, async (rig) => {
      const { sink, pipeline, logged } = await rig.startReplica('us-1');
      const session = rig.contribution.publish({ arguments: testPicture({}) });
      await untilSteady({ sink, logged });
      session.stop();
      await pipeline.ended;
      assert.equal(sink.status?.state, 'ended');
      assertWhole(sink);
    });
  });
});

describe('a pipeline in trouble itself', { concurrency: 3 }, () => {
  test('replays the last segments to an origin that restarted', () =>
    withRig({ address: '127.201.3.1', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      rig.contribution.publish({ arguments: testPicture({ audio: false }) });
      await until(() => sink.track('180p').length > 4, 'live parts');
      const known = sink.frames.length;
      const parts = sink.track('180p').map((part) => `${part.msn}.${part.part}`);
      sink.cut();
      const sentAgain = () => sink.frames.slice(known).map(({ message }) => message);
      // A status closes what is replayed.
      const isWhole = () => sink.connections === 2 && sentAgain().some(({ type }) => type === 'status');
      await until(isWhole, 'the replay');
      const again = sentAgain();
      assert.deepEqual(
        again.slice(0, 2).map((message) => message.type),
        ['hello', 'tracks'],
      );
      const replayed = again.flatMap((m) =>
        m.type === 'part' && m.track === '180p' ? [`${m.msn}.${m.part}`] : [],
      );
      for (const part of parts) assert.ok(replayed.includes(part), `${part} was not replayed`);
    }));

  test('loses no frame when its encoder is killed', () =>
    withDaemon('127.201.3.2', async ({ sink, daemon }) => {
      await until(() => sink.track('180p').length > 4, 'live parts');
      const encoder = childrenOf(daemon.pid ?? 0).find(({ command }) => command.includes('libx264'));
      assert.ok(encoder);
      process.kill(encoder.pid, 'SIGKILL');
      const known = sink.track('180p').length;
      await until(() => sink.track('180p').length > known + 5, 'parts after it');
      const parts = sink.track('180p');
      assert.ok(parts.every((part) => !part.slate));
      assertWhole(sink);
    }));

  test('goes on where it was when it is killed and started again', () =>
    withDaemon('127.201.3.5', async ({ sink, daemon, restart }) => {
      await until(() => sink.track('180p').length > 4, 'live parts');
      daemon.kill('SIGKILL');
      const known = sink.track('180p').length;
      restart();
      await until(() => sink.track('180p').length > known + 5, 'parts of the second run');
      for (const track of ['180p', 'audio']) assertContiguous(sink.track(track));
      assertDecodes(sink, '180p');
    }));

  for (const stopped of [false, true]) {
    const how = stopped ? ' while the publisher stalls' : '';
    test(`leaves no ffmpeg behind when it is killed${how}`, () =>
      withDaemon(`127.201.3.${stopped ? 4 : 3}`, async ({ sink, daemon, session }) => {
        await until(() => sink.track('180p').length > 2, 'live parts');
        if (stopped) session.stall();
        await until(() => childrenOf(daemon.pid ?? 0).length >= 2, 'an encoder for each kind');
        const children = childrenOf(daemon.pid ?? 0).map(({ pid }) => pid);
        daemon.kill('SIGKILL');
        await until(() => !children.some(isRunning), 'ffmpeg to end');
      }));
  }
});

test('a pipeline whose stream has ended stays until its agent must have heard of it, and goes at once when told to', () => {
  const slate = { afterSec: 0.5, maxSec: 1, text: 'Back soon' };
  const run = async ({ sink, daemon, session }: DaemonTest): Promise<void> => {
    await until(() => sink.track('180p').length > 2, 'live parts');
    session.stop();
    await until(() => sink.status?.state === 'ended', 'the end');
    const endedMs = performance.now();
    await until(() => performance.now() - endedMs > 2000, 'two looks of an agent');
    assert.equal(daemon.exitCode, null, 'its supervisor would have started it anew');
    const exited = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    const toldMs = performance.now();
    assert.deepEqual(await exited, [0, null]);
    assert.ok(performance.now() - toldMs < 900, 'it does not stay any longer');
  };
  return withDaemon('127.201.3.9', run, slate);
});

interface DaemonTest {
  readonly sink: FeedSink;
  readonly daemon: ChildProcess;
  /** Starts the daemon once more. */
  restart(): void;
  readonly session: ReturnType<PipelineRig['contribution']['publish']>;
}

/** Runs a pipeline as a process of its own, with a publisher. */
async function withDaemon(
  address: string,
  run: (parts: DaemonTest) => Promise<void>,
  slate = { afterSec: 5, maxSec: 60, text: 'Back soon' },
): Promise<void> {
  await withRig({ address, settings: { ladder: ONE, slate } }, async (rig) => {
    const sink = new FeedSink();
    const config = rig.config('us-1', await sink.listen(address));
    await mkdir(config.dirs.node, { recursive: true });
    const file = join(config.dirs.node, 'node.json');
    await writeFile(file, JSON.stringify(config));
    const entry = join(import.meta.dirname, '../support/run-pipeline.ts');
    const daemons: ChildProcess[] = [];
    const start = () => {
      const daemon = spawn(process.execPath, [entry, file, 'demo'], { stdio: 'ignore' });
      daemons.push(daemon);
      return daemon;
    };
    const session = rig.contribution.publish({ arguments: testPicture({}) });
    try {
      await run({ sink, daemon: start(), restart: () => void start(), session });
    } finally {
      for (const daemon of daemons) daemon.kill('SIGKILL');
      await sink.close();
    }
  });
}
