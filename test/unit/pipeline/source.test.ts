import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ticksOfUnixMs, VIDEO_TIMESCALE } from '../../../src/lib/media/grid.ts';
import { GopBuffer } from '../../../src/lib/pipeline/gop-buffer.ts';
import { LagWatch } from '../../../src/lib/pipeline/lag-watch.ts';
import { PublishSession, type SourceFrame } from '../../../src/lib/pipeline/publish-session.ts';
import { RestartDelay } from '../../../src/lib/pipeline/restart-delay.ts';

const EPOCH_MS = 1_795_000_000_000.25;

function videoTag(timestampMs: number, body: readonly number[]) {
  return {
    ...{ type: 'video' as const, timestampMs, data: Buffer.from(body) },
    ...{ isKeyFrame: body[0] === 0x17, isSequenceHeader: body[1] === 0 },
  };
}

const KEY = [0x17, 1, 0, 0, 0, 9];
const INTER = [0x27, 1, 0, 0, 0, 9];

function sourceFrame(presentationTicks: number, key: boolean): SourceFrame {
  return { data: Buffer.alloc(10), sessionMs: presentationTicks / 90, presentationTicks, key, arrivalMs: 0 };
}

test('a frame’s media time is the session’s epoch plus its timestamp', () => {
  const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS });
  const event = session.takeVideo(videoTag(1040, KEY), EPOCH_MS + 1040);
  assert.ok(event.type === 'frame');
  assert.equal(event.frame.presentationTicks, ticksOfUnixMs(EPOCH_MS, VIDEO_TIMESCALE) + 1040 * 90);
});

test('pictures of the future are left out, with those behind that need them', () => {
  const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS });
  /** Two hours, as a composition time can say. */
  const later = [0x27, 1, 0x6d, 0xdd, 0];
  const taken = [
    [0, KEY],
    [40, INTER],
    [80, later],
    [120, INTER],
    [160, KEY],
    [60_200, KEY],
    [60_240, INTER],
    [15_240, KEY],
  ].map(([timestampMs, body], index) => {
    const arrivalMs = EPOCH_MS + index * 40;
    return session.takeVideo(videoTag(timestampMs as number, body as number[]), arrivalMs).type === 'frame';
  });
  assert.deepEqual(taken, [true, true, false, false, true, false, false, true]);
});

test('a source that is dated ahead of the clock says by how much, until it is no more', () => {
  const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS + 60_000 });
  session.takeVideo(videoTag(0, KEY), EPOCH_MS);
  assert.equal(session.gate.aheadMs, 60_000);
  session.takeVideo(videoTag(40, KEY), EPOCH_MS + 45_040);
  assert.equal(session.gate.aheadMs, null);
});

test('timestamps go on through the 32-bit wrap', () => {
  const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS });
  session.sessionMs(2 ** 32 - 20);
  assert.equal(session.sessionMs(20), 2 ** 32 + 20);
  assert.equal(session.sessionMs(2 ** 32 - 5), 2 ** 32 - 5);
});

test('without metadata the frame rate is guessed from the first frames, the same from jittered ones', () => {
  for (const [fps, expected] of [
    [25, 25],
    [30000 / 1001, 30],
    [50, 50],
    [60, 60],
  ] as const) {
    const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS });
    assert.equal(session.info.frameRate, null);
    for (let i = 0; i < 8; i++) {
      const timestampMs = Math.round(500 + (i * 1000) / fps);
      session.takeVideo(videoTag(timestampMs, i ? INTER : KEY), EPOCH_MS + timestampMs);
    }
    const rate = session.frameRate;
    assert.ok(
      Math.abs((rate?.num ?? 0) / (rate?.den ?? 1) - expected) < 0.05,
      `${fps}: ${JSON.stringify(rate)}`,
    );
  }
});

test('an unsupported codec is named', () => {
  const session = new PublishSession({ sessionId: 1, epochMs: EPOCH_MS });
  session.takeVideo(videoTag(0, [0x90, ...Buffer.from('hvc1'), 0, 0]), EPOCH_MS);
  assert.equal(session.unsupported, 'hvc1');
});

test('the buffer starts with a key frame and keeps what is needed to decode from a time', () => {
  const buffer = new GopBuffer();
  buffer.add(sourceFrame(0, false));
  assert.equal(buffer.frames.length, 0);
  for (let i = 0; i < 9; i++) buffer.add(sourceFrame(9000 + i * 3000, i % 3 === 0));
  buffer.dropBefore(9000 + 4 * 3000);
  assert.equal(buffer.frames[0]?.presentationTicks, 9000 + 3 * 3000);
  assert.equal(buffer.firstFrom(9000 + 4 * 3000 - 1)?.presentationTicks, 9000 + 4 * 3000);
  assert.equal(buffer.firstFrom(Number.NEGATIVE_INFINITY)?.presentationTicks, 9000 + 3 * 3000);
  assert.equal(buffer.firstFrom(9_000_000), null);
});

test('an encoder is lost when it stays behind for 4 s, not while it catches up', () => {
  const stuck = new LagWatch(0.5);
  const catching = new LagWatch(0.5);
  for (let ms = 0; ms <= 8000; ms += 50) {
    stuck.note(800, ms);
    catching.note(4000 * 0.9 ** (ms / 200), ms);
  }
  assert.equal(stuck.isLost(8000), true);
  assert.equal(stuck.isBehind(8000), true);
  assert.equal(catching.isLost(8000), false);
});

test('a process that crashes again and again waits longer and longer, one that ran long does not', () => {
  const delay = new RestartDelay();
  assert.equal(delay.allows(0), true);
  delay.note(20_000);
  assert.equal(delay.allows(20_000), true);
  delay.note(20_100);
  assert.equal(delay.allows(20_200), false);
  assert.equal(delay.allows(20_300), true);
  delay.note(60_000);
  assert.equal(delay.allows(60_000), true);
});
