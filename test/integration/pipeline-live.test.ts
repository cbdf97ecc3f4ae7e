import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VIDEO_TIMESCALE } from '../../src/lib/media/grid.ts';
import {
  assertBytesDecode,
  assertContiguous,
  assertDecodes,
  shapeOf,
  wholeSegments,
} from '../support/assert-parts.ts';
import { testPicture } from '../support/fake-contribution.ts';
import { type PipelineRig, type RigOptions, startRig } from '../support/pipeline-rig.ts';
import { until } from '../support/until.ts';

const ONE = [{ name: '180p', width: 320, height: 180, videoKbps: 300 }];
/** A source starved of CPU for a moment is not what these tests are about. */
const PATIENT = { afterSec: 5, maxSec: 30, text: 'Back soon' };

async function withRig(options: RigOptions, run: (rig: PipelineRig) => Promise<void>): Promise<void> {
  const rig = await startRig({ ...options, settings: { slate: PATIENT, ...options.settings } });
  try {
    await run(rig);
  } finally {
    await rig.close();
  }
}

describe('a pipeline with a live publisher', { concurrency: 3 }, () => {
  test('makes the same segments as a replica that started seconds later, good to be taken in turns', () =>
    withRig({ address: '127.201.1.1' }, async (rig) => {
      const early = await rig.startReplica('us-1');
      rig.contribution.publish({ arguments: testPicture({ gop: 70 }) });
      await until(() => early.sink.track('180p').length > 3, 'the first replica');
      const late = await rig.startReplica('eu-1');
      const tracks = ['180p', '90p', 'audio'];
      const both = (track: string) => [early, late].map(({ sink }) => wholeSegments(sink.track(track)));
      const commonOf = (track: string): number[] => {
        const [one, other] = both(track);
        return [...other!.keys()].filter((msn) => one!.has(msn));
      };
      await until(
        () => tracks.every((track) => commonOf(track).length >= 2),
        'two common segments of each track',
      );
      for (const track of tracks) {
        const [one, other] = both(track) as [
          ReturnType<typeof wholeSegments>,
          ReturnType<typeof wholeSegments>,
        ];
        const common = commonOf(track);
        for (const msn of common) assert.deepEqual(other.get(msn)?.map(shapeOf), one.get(msn)?.map(shapeOf));
        const turns = common.flatMap((msn, i) => (i % 2 === 0 ? one : other).get(msn) ?? []);
        const init = early.sink.inits.get(turns[0]?.initId ?? '') ?? Buffer.alloc(0);
        assertBytesDecode(Buffer.concat([init, ...turns.map((part) => part.bytes)]), track);
      }
      assertContiguous(early.sink.track('180p'));
    }));

  test('copies video byte for byte the same on every replica', () =>
    withRig({ address: '127.201.1.2', settings: { video: 'copy', ladder: ONE } }, async (rig) => {
      const early = await rig.startReplica('us-1');
      rig.contribution.publish({ arguments: testPicture({ gop: 30, audio: false }) });
      await until(() => early.sink.track('180p').length > 3, 'the first replica');
      const late = await rig.startReplica('eu-1');
      await until(() => wholeSegments(late.sink.track('180p')).size >= 2, 'whole segments');
      const one = wholeSegments(early.sink.track('180p'));
      let compared = 0;
      for (const [msn, parts] of wholeSegments(late.sink.track('180p'))) {
        if (!one.has(msn)) continue;
        compared += 1;
        const bytes = (list: typeof parts | undefined) =>
          Buffer.concat(list?.map((part) => part.bytes) ?? []);
        assert.ok(bytes(parts).equals(bytes(one.get(msn))), `segment ${msn} differs`);
      }
      assert.ok(compared >= 1);
      assertDecodes(early.sink, '180p');
    }));

  for (const [index, rate] of ['25', '30000/1001', '60'].entries()) {
    test(`cuts ${rate} frames a second by the rules and says the rate`, () =>
      withRig({ address: `127.201.1.1${index}`, settings: { ladder: ONE } }, async (rig) => {
        const { sink } = await rig.startReplica('us-1');
        rig.contribution.publish({ arguments: testPicture({ rate, audio: false }) });
        await until(() => wholeSegments(sink.track('180p')).size >= 2, 'whole segments');
        const [num = 0, den = 1] = rate.split('/').map(Number);
        assert.ok(Math.abs((sink.status?.source?.frameRate ?? 0) - num / den) < 0.01);
        const parts = sink.track('180p');
        assertContiguous(parts);
        for (const part of parts) {
          const sec = part.durationTicks / VIDEO_TIMESCALE;
          assert.ok(sec <= 0.5 && (part.last || sec >= 0.425), `part of ${sec} s`);
        }
        for (const own of wholeSegments(parts).values()) assert.equal(own[0]?.independent, true);
        assertDecodes(sink, '180p');
      }));
  }

  test('takes a variable frame rate', () =>
    withRig({ address: '127.201.1.20', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      const drop = ['-vf', "select='not(eq(mod(n,7),3))*not(eq(mod(n,11),5))'", '-fps_mode', 'passthrough'];
      const video = [...drop, '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '45'];
      rig.contribution.publish({ arguments: testPicture({ video, audio: false }) });
      await until(() => wholeSegments(sink.track('180p')).size >= 2, 'whole segments');
      assertContiguous(sink.track('180p'));
      assertDecodes(sink, '180p');
    }));

  test('reorders a source with B-frames', () =>
    withRig({ address: '127.201.1.21', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      const video = ['-preset', 'veryfast', '-bf', '2', '-b_strategy', '0', '-g', '40', '-rc-lookahead', '3'];
      rig.contribution.publish({ arguments: testPicture({ video, audio: false }) });
      await until(() => wholeSegments(sink.track('180p')).size >= 2, 'whole segments');
      assertContiguous(sink.track('180p'));
      assertDecodes(sink, '180p');
      const frames = [...wholeSegments(sink.track('180p')).values()].map((own) =>
        own.reduce((sum, part) => sum + part.frames, 0),
      );
      for (const count of frames) assert.equal(count, 60);
    }));

  test('fills the audio rendition with silence for a source without audio', () =>
    withRig({ address: '127.201.1.30', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      rig.contribution.publish({ arguments: testPicture({ audio: false }) });
      await until(() => wholeSegments(sink.track('audio')).size >= 1, 'a whole segment');
      assertContiguous(sink.track('audio'));
      assertDecodes(sink, 'audio');
      assert.equal(sink.status?.source?.hasAudio, false);
    }));

  test('lets audio start late, in MP3 at another rate', () =>
    withRig({ address: '127.201.1.31', settings: { ladder: ONE } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      const mp3 = ['-c:a', 'libmp3lame', '-ar', '44100', '-ac', '1'];
      const filter = (
        tag: Parameters<NonNullable<Parameters<typeof rig.contribution.publish>[0]['filter']>>[0],
      ) => (tag.type === 'audio' && tag.timestampMs < 2000 ? null : tag);
      rig.contribution.publish({ arguments: [...testPicture({}), ...mp3], filter });
      await until(() => sink.track('audio').filter((part) => !part.slate).length >= 4, 'sound');
      assert.equal(sink.track('audio')[0]?.slate, true);
      assertContiguous(sink.track('audio'));
      assertDecodes(sink, 'audio');
      assert.equal(sink.status?.source?.hasAudio, true);
    }));

  test('drops renditions larger than the source and says so', () =>
    withRig({ address: '127.201.1.32' }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      rig.contribution.publish({ arguments: testPicture({ size: '240x136', audio: false }) });
      await until(() => sink.track('90p').length >= 1 && sink.status?.state === 'live', 'parts');
      assert.deepEqual(
        sink.tracks?.tracks.map((track) => track.id),
        ['90p', 'audio'],
      );
      assert.match(sink.status?.notes?.join() ?? '', /larger than the source \(240x136\): 180p/);
    }));

  test('falls back to libx264 when the encoder asked for is not there, and says so', () =>
    withRig({ address: '127.201.1.33', settings: { ladder: ONE, encoder: 'h264_nvenc' } }, async (rig) => {
      const { sink } = await rig.startReplica('us-1');
      await until(() => sink.status !== null, 'a status');
      assert.equal(sink.status?.encoder, 'libx264');
      assert.match(sink.status?.notes?.join() ?? '', /h264_nvenc/);
    }));
});
