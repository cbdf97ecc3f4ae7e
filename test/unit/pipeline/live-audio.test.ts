import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AudioTrack } from '../../../src/lib/pipeline/audio-track.ts';
import { LiveAudio } from '../../../src/lib/pipeline/live-audio.ts';
import { PublishSession } from '../../../src/lib/pipeline/publish-session.ts';

const NOW_MS = 1_795_000_000_000;

test('sound that is dated in the future is left out', () => {
  const init = { bytes: Buffer.alloc(8), initId: 'cccccccccccc', codecs: 'mp4a.40.2', timescale: 48_000 };
  const silence = { init, samples: [] };
  const place = { track: 'audio', segmentSec: 2, partSec: 0.5 };
  const track = new AudioTrack({ ...place, silence, sendInit: () => {}, sendPart: () => {} });
  const audio = new LiveAudio({ audioKbps: 64, clock: { nowMs: () => NOW_MS }, track });
  const session = new PublishSession({ sessionId: 1, epochMs: NOW_MS });
  audio.startSession(session);
  const mp3 = { type: 'audio', data: Buffer.from([0x2f, 0xff]) } as const;
  try {
    audio.takeTag({ ...mp3, timestampMs: 16_000, isKeyFrame: false, isSequenceHeader: false });
    assert.equal(session.hasAudio, false);
  } finally {
    audio.close();
  }
});
