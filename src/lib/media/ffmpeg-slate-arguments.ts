/** ffmpeg's arguments for the slate: one segment of a still, dark picture with a text, for every rendition. */
import type { Rendition } from '../spec/stream-settings.ts';
import {
  deviceArguments,
  type EncoderOptions,
  encoderArguments,
  FRAGMENT_ARGUMENTS,
  pictureFilter,
} from './ffmpeg-encoder-arguments.ts';
import { QUIET_ARGUMENTS } from './ffmpeg-video-arguments.ts';
import { VIDEO_TIMESCALE } from './grid.ts';

export interface SlateArguments extends EncoderOptions {
  readonly segmentSec: number;
  readonly renditions: readonly Rendition[];
  /** Plain name of a file in ffmpeg's working directory that holds the text: no quoting can go wrong there. */
  readonly textFile: string;
}

const BACKGROUND = '0x10141a';
const TEXT_COLOUR = '0xd8dee9';
const FIRST_OUTPUT_PIPE = 3;

/** Builds the arguments; outputs are on pipes 3 and up, in the order of the renditions. */
export function slateArguments(options: SlateArguments): string[] {
  const { renditions, encoder, frameRate } = options;
  const largest = renditions[0] as Rendition;
  const rate = `${frameRate.num}/${frameRate.den}`;
  const frames = Math.ceil((frameRate.num / frameRate.den) * options.segmentSec) + 1;
  const source = `color=c=${BACKGROUND}:s=${largest.width}x${largest.height}:r=${rate}`;
  const text = `drawtext=textfile=${options.textFile}:expansion=none:fontcolor=${TEXT_COLOUR}:fontsize=h/14`;
  const split = renditions.map((_, i) => `[s${i}]`).join('');
  const chains = renditions.map((rendition, i) => `[s${i}]${pictureFilter(rendition, encoder)}[v${i}]`);
  const drawn = `[0:v]format=yuv420p,${text}:x=(w-text_w)/2:y=(h-text_h)/2,split=${renditions.length}${split}`;
  const encodings = renditions.flatMap((rendition, i) => [
    ...['-map', `[v${i}]`, '-frames:v', String(frames), ...encoderArguments(rendition, options)],
    ...[...FRAGMENT_ARGUMENTS, `pipe:${FIRST_OUTPUT_PIPE + i}`],
  ]);
  return [
    ...[...QUIET_ARGUMENTS, '-nostdin', ...deviceArguments(encoder), '-f', 'lavfi', '-i', source],
    ...['-filter_complex', [drawn, ...chains].join(';'), ...encodings],
  ];
}

/** Nominal duration of one frame in ticks; may have a fraction. */
export function nominalFrameTicks(frameRate: { readonly num: number; readonly den: number }): number {
  return (VIDEO_TIMESCALE * frameRate.den) / frameRate.num;
}
