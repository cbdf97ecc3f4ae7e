/** ffmpeg's options for one encoded rendition: the same for live, for the slate, and on every replica. */
import type { Rendition, StreamSettings } from '../spec/stream-settings.ts';
import type { FrameRate } from './frame-rate.ts';
import { VIDEO_TIMESCALE } from './grid.ts';
import { VIDEO_PEAK } from './ladder.ts';

export type EncoderName = StreamSettings['encoder'];

export interface EncoderOptions {
  readonly encoder: EncoderName;
  /** x264 preset; other encoders have their own. */
  readonly preset: string;
  readonly frameRate: FrameRate;
}

/** Pixels a second that one thread encodes with room to spare; sliced threads beyond that. */
const PIXELS_PER_THREAD = 40_000_000;
const MAX_THREADS = 4;
/** A key frame is forced by expression; this only keeps the encoder from adding its own. */
const NO_OWN_KEY_FRAMES = '9999';

/** Container options: one fragment a frame on the timeline of the input, written at once. */
export const FRAGMENT_ARGUMENTS: readonly string[] = [
  ...['-f', 'mp4', '-movflags', '+cmaf+frag_discont+frag_every_frame', '-flush_packets', '1'],
];

/** Builds codec, rate and timestamp options of one rendition. */
export function encoderArguments(rendition: Rendition, options: EncoderOptions): string[] {
  const peakKbps = Math.round(rendition.videoKbps * VIDEO_PEAK);
  const rate = [
    '-b:v',
    `${rendition.videoKbps}k`,
    '-maxrate',
    `${peakKbps}k`,
    '-bufsize',
    `${peakKbps >> 1}k`,
  ];
  const gop = ['-bf', '0', '-g', NO_OWN_KEY_FRAMES];
  const time = ['-fps_mode', 'passthrough', '-enc_time_base', `1:${VIDEO_TIMESCALE}`];
  const timescale = ['-video_track_timescale', String(VIDEO_TIMESCALE), '-bitexact', '-map_metadata', '-1'];
  return [
    '-c:v',
    options.encoder,
    ...codecArguments(rendition, options),
    ...gop,
    ...rate,
    ...time,
    ...timescale,
  ];
}

function codecArguments(rendition: Rendition, options: EncoderOptions): string[] {
  const { num, den } = options.frameRate;
  switch (options.encoder) {
    case 'libx264': {
      const speed = ['-preset', options.preset, '-tune', 'zerolatency', '-sc_threshold', '0'];
      const threads = encoderThreads(rendition, options.frameRate);
      return [...speed, '-threads', String(threads), '-x264-params', `fps=${num}/${den}`];
    }
    case 'h264_nvenc':
      return [
        '-preset',
        'p2',
        '-tune',
        'ull',
        '-rc',
        'cbr',
        '-zerolatency',
        '1',
        '-delay',
        '0',
        '-forced-idr',
        '1',
      ];
    case 'h264_qsv':
      return ['-preset', 'veryfast', '-async_depth', '1', '-look_ahead', '0', '-forced_idr', '1'];
    case 'h264_vaapi':
      return ['-rc_mode', 'CBR', '-idr_interval', '0', '-async_depth', '1'];
  }
}

/** Threads by picture size and rate alone, so that replicas on different machines make equal slices. */
export function encoderThreads(rendition: Rendition, frameRate: FrameRate): number {
  const pixels = rendition.width * rendition.height * (frameRate.num / frameRate.den);
  return Math.min(MAX_THREADS, Math.max(1, Math.ceil(pixels / PIXELS_PER_THREAD)));
}

/** Filters that put any picture into the rendition's frame, aspect kept, and fix what the SPS would tell apart. */
export function pictureFilter(rendition: Rendition, encoder: EncoderName): string {
  const { width, height } = rendition;
  const colour = 'range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709';
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=tv`,
    `pad=${width}:${height}:-1:-1`,
    'setsar=1',
    `format=${encoder === 'libx264' ? 'yuv420p' : 'nv12'}`,
    `setparams=field_mode=prog:${colour}`,
    ...(encoder === 'h264_vaapi' ? ['hwupload'] : []),
  ].join(',');
}

/** Options before the inputs that a hardware encoder needs. */
export function deviceArguments(encoder: EncoderName): string[] {
  return encoder === 'h264_vaapi' ? ['-vaapi_device', '/dev/dri/renderD128'] : [];
}
