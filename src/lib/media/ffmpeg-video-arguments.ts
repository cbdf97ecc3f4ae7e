/** ffmpeg's arguments for all video renditions of one stream: FLV on stdin, one fMP4 a rendition on pipes 3 and up. */
import type { Rendition } from '../spec/stream-settings.ts';
import { EARLY_KEYS_SEC, type EarlyKeys } from './early-keys.ts';
import {
  deviceArguments,
  type EncoderOptions,
  encoderArguments,
  FRAGMENT_ARGUMENTS,
  pictureFilter,
} from './ffmpeg-encoder-arguments.ts';
import { BOUNDARY_SLACK_SEC, VIDEO_TIMESCALE } from './grid.ts';

/** One output: where it enters the input, and when that is on the grid. */
export interface VideoOutput {
  readonly rendition: Rendition;
  /** Timestamp of the first frame to encode, milliseconds of the input's timeline; that frame must exist. */
  readonly entryMs: number;
  /** Media time of that frame, ticks. */
  readonly entryTicks: number;
  /** More key frames at its beginning; null or absent for those of segments alone. */
  readonly earlyKeys?: EarlyKeys | null;
}

export interface VideoArguments extends EncoderOptions {
  readonly segmentSec: number;
  readonly outputs: readonly VideoOutput[];
}

/** Options common to every ffmpeg of a pipeline. */
export const QUIET_ARGUMENTS: readonly string[] = ['-hide_banner', '-loglevel', 'error', '-nostats'];
/**
 * Input without any probing wait: the sequence header comes first, so the codec is known from it. One decoder thread,
 * as each further one holds a frame back.
 */
export const INPUT_ARGUMENTS: readonly string[] = [
  ...['-copyts', '-probesize', '32', '-analyzeduration', '0', '-fpsprobesize', '0'],
  ...['-threads', '1', '-f', 'flv', '-i', 'pipe:0'],
];
const FIRST_OUTPUT_PIPE = 3;
/** Takes the frame at the entry itself, whatever its rounding. */
const ENTRY_SLACK_SEC = 0.0004;

/** Builds the arguments to encode every output. */
export function encodeVideoArguments(options: VideoArguments): string[] {
  const { outputs, encoder } = options;
  const split = outputs.map((_, i) => `[s${i}]`).join('');
  const chains = outputs.map((output, i) => {
    const start = (output.entryMs / 1000 - ENTRY_SLACK_SEC).toFixed(4);
    return `[s${i}]trim=start=${start},${pictureFilter(output.rendition, encoder)}[v${i}]`;
  });
  const graph = [`[0:v]split=${outputs.length}${split}`, ...chains].join(';');
  const encodings = outputs.flatMap((output, i) => [
    ...['-map', `[v${i}]`, ...encoderArguments(output.rendition, options)],
    ...['-force_key_frames', keyFrameExpression(output, options.segmentSec)],
    ...[...FRAGMENT_ARGUMENTS, `pipe:${FIRST_OUTPUT_PIPE + i}`],
  ]);
  return [
    ...[...QUIET_ARGUMENTS, ...deviceArguments(encoder), ...INPUT_ARGUMENTS],
    ...['-filter_complex', graph, ...encodings],
  ];
}

/** Builds the arguments to package the source's own video as it is. */
export function copyVideoArguments(): string[] {
  const timescale = ['-video_track_timescale', String(VIDEO_TIMESCALE), '-bitexact', '-map_metadata', '-1'];
  return [
    ...[...QUIET_ARGUMENTS, ...INPUT_ARGUMENTS],
    ...['-map', '0:v', '-c:v', 'copy', ...timescale, ...FRAGMENT_ARGUMENTS, `pipe:${FIRST_OUTPUT_PIPE}`],
  ];
}

/**
 * Returns the expression that forces a key frame at the first frame of every segment of the grid, and of every step of the
 * early ones. `t` counts from the first frame that is encoded, so that frame's place in its segment is added, with the
 * grid's slack and a fifth of a tick against rounding.
 */
export function keyFrameExpression(
  { entryTicks, earlyKeys = null }: Pick<VideoOutput, 'entryTicks' | 'earlyKeys'>,
  segmentSec: number,
): string {
  const within = entryTicks % (segmentSec * VIDEO_TIMESCALE);
  const offset = (within + 0.2) / VIDEO_TIMESCALE + BOUNDARY_SLACK_SEC;
  const passed = (sec: number) => {
    const step = (time: string) => `floor((${time}+${offset.toFixed(7)})/${sec})`;
    return `gt(${step('t')},${step('prev_forced_t')})`;
  };
  const early = earlyKeys === null ? '' : `+lt(t,${EARLY_KEYS_SEC})*${passed(earlyKeys.stepSec)}`;
  return `expr:isnan(prev_forced_t)+${passed(segmentSec)}${early}`;
}
