import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { audioArguments, silenceArguments } from '../../../src/lib/media/ffmpeg-audio-arguments.ts';
import { encoderThreads } from '../../../src/lib/media/ffmpeg-encoder-arguments.ts';
import { slateArguments } from '../../../src/lib/media/ffmpeg-slate-arguments.ts';
import {
  copyVideoArguments,
  encodeVideoArguments,
  keyFrameExpression,
} from '../../../src/lib/media/ffmpeg-video-arguments.ts';

const renditions = [
  { name: '720p', width: 1280, height: 720, videoKbps: 2500 },
  { name: '360p', width: 640, height: 360, videoKbps: 700 },
];
const common = { preset: 'superfast', frameRate: { num: 30000, den: 1001 }, segmentSec: 2 };
const outputs = renditions.map((rendition, i) => ({
  ...{ rendition, entryMs: 1021 + i, entryTicks: 5_374_000_091_890 + i * 90 },
}));

const CASES: Readonly<Record<string, readonly string[]>> = {
  'two renditions, libx264': encodeVideoArguments({ ...common, encoder: 'libx264', outputs }),
  'one rendition, h264_nvenc': encodeVideoArguments({
    ...common,
    encoder: 'h264_nvenc',
    outputs: outputs.slice(1),
  }),
  'one rendition, h264_qsv': encodeVideoArguments({
    ...common,
    encoder: 'h264_qsv',
    outputs: outputs.slice(1),
  }),
  'one rendition, h264_vaapi': encodeVideoArguments({
    ...common,
    encoder: 'h264_vaapi',
    outputs: outputs.slice(1),
  }),
  'copied video': copyVideoArguments(),
  slate: slateArguments({ ...common, encoder: 'libx264', renditions, textFile: 'slate.txt' }),
  audio: audioArguments({ audioKbps: 128, firstSample: 47_616 }),
  silence: silenceArguments(128),
};

const GOLDEN = new URL('../../golden/ffmpeg.txt', import.meta.url);

test('ffmpeg’s arguments are the ones of test/golden/ffmpeg.txt', () => {
  const text = Object.entries(CASES)
    .map(([name, args]) => `# ${name}\n${args.join('\n')}\n`)
    .join('\n');
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, 'utf8'));
});

test('the key frame expression counts from the place of the first frame in its segment', () => {
  const start = 2_000_000 * 2 * 90_000;
  assert.match(keyFrameExpression({ entryTicks: start }, 2), /floor\(\(t\+0\.0005022\)\/2\)/);
  assert.match(keyFrameExpression({ entryTicks: start + 90_000 }, 2), /floor\(\(t\+1\.0005022\)\/2\)/);
});

test('encoderThreads() depends on the picture alone and rises with it', () => {
  const threads = (width: number, height: number, num: number) =>
    encoderThreads({ name: 'x', width, height, videoKbps: 1 }, { num, den: 1 });
  assert.deepEqual([threads(426, 240, 25), threads(1280, 720, 30), threads(1920, 1080, 60)], [1, 1, 4]);
});
