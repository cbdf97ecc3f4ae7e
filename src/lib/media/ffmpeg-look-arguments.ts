/**
 * ffmpeg's arguments to look at a publisher, and what it prints: FLV in, for each picture its time and how black it is on
 * pipe 3, coarse sound on pipe 4. Pure.
 */

/** Stereo, signed 16 bit, little endian: 50 ms of it. */
export const LOOK_SOUND_BYTES = 1600;

const SOUND_RATE = 8000;
/** Pictures are scaled to this, whatever their shape: noise and the fringes of codecs are averaged out. */
const SIZE = '64:36';
/** Of full range, 0 to 255: darker is black (a tenth, as in ffmpeg's blackdetect). */
const BLACK_LEVEL = 25;
/** Both tracks must be found, a key frame of either size first. */
const PROBE_BYTES = 8_000_000;
const PROBE_USEC = 2_000_000;

/** Which tracks are looked at; at least one. */
export interface LookTracks {
  readonly video: boolean;
  readonly audio: boolean;
}

/** One picture as ffmpeg tells of it. */
export interface PictureLook {
  /** Presentation time, milliseconds on the input's timeline. */
  readonly ptsMs: number;
  /** Share of the picture that is black, whole percent. */
  readonly blackPercent: number;
}

/** Builds the arguments. Pipe 3 is used for video and pipe 4 for audio, whichever of them there is. */
export function lookArguments({ video, audio }: LookTracks): string[] {
  const filters = [
    `scale=${SIZE}:flags=area`,
    'format=gray',
    `blackframe=amount=0:threshold=${BLACK_LEVEL + 1}`,
    'metadata=mode=print:file=pipe\\\\:3:direct=1',
  ];
  const picture = ['-map', '0:v', '-vf', filters.join(','), '-fps_mode', 'passthrough', '-f', 'null', '-'];
  const sound = ['-map', '0:a', '-ac', '2', '-ar', String(SOUND_RATE), '-f', 's16le', 'pipe:4'];
  return [
    ...['-hide_banner', '-loglevel', 'fatal', '-nostats', '-copyts'],
    ...['-probesize', String(PROBE_BYTES), '-analyzeduration', String(PROBE_USEC), '-fpsprobesize', '0'],
    ...['-flags', 'low_delay', '-skip_loop_filter', 'all', '-threads', '1', '-f', 'flv', '-i', 'pipe:0'],
    ...['-filter_threads', '1', ...(video ? picture : []), '-flush_packets', '1', ...(audio ? sound : [])],
  ];
}

/** Parses what it has printed on pipe 3; `rest` is of a picture that is not whole. */
export function parseLooks(text: string): { readonly looks: readonly PictureLook[]; readonly rest: string } {
  const looks: PictureLook[] = [];
  let end = 0;
  for (const match of text.matchAll(/pts_time:(-?[\d.]+)\s+lavfi\.blackframe\.pblack=(\d+)\n/g)) {
    looks.push({ ptsMs: Math.round(Number(match[1]) * 1000), blackPercent: Number(match[2]) });
    end = match.index + match[0].length;
  }
  return { looks, rest: text.slice(end) };
}
