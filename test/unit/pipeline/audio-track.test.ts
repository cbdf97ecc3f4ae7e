import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartMessage } from '../../../src/lib/feed/message.ts';
import { AudioTrack } from '../../../src/lib/pipeline/audio-track.ts';

const START = 60_000_000 * 48_000;

function rig() {
  const parts: PartMessage[] = [];
  const init = { bytes: Buffer.alloc(8), initId: 'cccccccccccc', codecs: 'mp4a.40.2', timescale: 48_000 };
  const frame = { decodeTime: 0, duration: 1024, compositionOffset: 0, key: true, data: Buffer.alloc(6) };
  const track = new AudioTrack({
    ...{ track: 'audio', segmentSec: 2, partSec: 0.5, silence: { init, samples: [frame] } },
    sendInit: () => {},
    sendPart: (message) => parts.push(message),
  });
  const live = (ticks: number) => track.takeLive({ ...frame, decodeTime: ticks });
  return { parts, track, live };
}

test('silence fills up to the first real frame, frames sit on the grid, late ones are dropped', () => {
  const { parts, track, live } = rig();
  track.begin(START + 10);
  track.fillWithSilence(START + 24_000);
  live(START + 1024);
  for (let i = 40; i < 140; i++) live(START + i * 1024 + 200);
  track.fillWithSilence(START + 200 * 1024);
  track.flush();
  assert.equal(parts[0]?.decodeTime, Math.ceil((START + 10) / 1024) * 1024);
  assert.equal(parts[0]?.slate, true);
  assert.ok(parts.some((part) => !part.slate));
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    assert.equal(part.decodeTime % 1024, 0);
    if (before !== undefined) assert.equal(part.decodeTime, before.decodeTime + before.durationTicks);
  });
});

test('nothing is written before the picture began', () => {
  const { parts, track, live } = rig();
  live(START);
  track.fillWithSilence(START + 480_000);
  track.flush();
  assert.deepEqual(parts, []);
});

test('a frame from a wrong clock does not make hours of silence', () => {
  const { parts, track, live } = rig();
  track.begin(START);
  live(START + 48_000 * 3600);
  track.flush();
  assert.deepEqual(parts, []);
});
