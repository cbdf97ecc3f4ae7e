/** ffmpeg's arguments for the audio rendition: AAC-LC, 48 kHz, stereo; live from FLV, and silence. */
import { FRAGMENT_ARGUMENTS } from './ffmpeg-encoder-arguments.ts';
import { INPUT_ARGUMENTS, QUIET_ARGUMENTS } from './ffmpeg-video-arguments.ts';
import { AUDIO_TIMESCALE } from './grid.ts';

const OUTPUT_PIPE = 'pipe:3';
const SILENCE_SEC = 0.2;

/**
 * Builds the arguments to encode audio tags on stdin. `firstSample` is where the first AAC frame starts, in samples of
 * the input's timeline: audio before it is cut, a hole before it is silence. Holes above 0.1 s later on are filled.
 */
export function audioArguments(options: { audioKbps: number; firstSample: number }): string[] {
  const resample = `aresample=${AUDIO_TIMESCALE}:async=1:first_pts=${options.firstSample}`;
  return [
    ...[...QUIET_ARGUMENTS, ...INPUT_ARGUMENTS, '-map', '0:a', '-af', resample],
    ...[...aacArguments(options.audioKbps), ...FRAGMENT_ARGUMENTS, OUTPUT_PIPE],
  ];
}

/** Builds the arguments to make some silent frames and the init segment that goes with all audio. */
export function silenceArguments(audioKbps: number): string[] {
  const source = `anullsrc=r=${AUDIO_TIMESCALE}:cl=stereo`;
  return [
    ...[...QUIET_ARGUMENTS, '-nostdin', '-f', 'lavfi', '-i', source, '-t', String(SILENCE_SEC)],
    ...[...aacArguments(audioKbps), ...FRAGMENT_ARGUMENTS, OUTPUT_PIPE],
  ];
}

function aacArguments(audioKbps: number): string[] {
  const metadata = ['-bitexact', '-map_metadata', '-1'];
  return ['-c:a', 'aac', '-b:a', `${audioKbps}k`, '-ar', String(AUDIO_TIMESCALE), '-ac', '2', ...metadata];
}
