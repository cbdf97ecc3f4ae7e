/** One life of the audio ffmpeg: the source's audio tags in, AAC frames on the media timeline out. */
import { audioArguments } from '../media/ffmpeg-audio-arguments.ts';
import { formatFlvHeader, formatFlvTag } from '../media/flv.ts';
import { AUDIO_FRAME_TICKS, AUDIO_TIMESCALE, ticksOfUnixMs } from '../media/grid.ts';
import type { Sample } from '../media/sample.ts';
import { type Ffmpeg, type FfmpegExit, startFfmpeg } from './ffmpeg-process.ts';

export interface AudioRunOptions {
  readonly audioKbps: number;
  /** The AAC sequence header tag's data; null for other codecs. */
  readonly header: Uint8Array | null;
  readonly epochMs: number;
  /** Session time of the first frame that will be fed. */
  readonly firstMs: number;
  onSample(sample: Sample): void;
  onEnd(exit: FfmpegExit): void;
}

const LEAD_MS = 1000;
const TICKS_PER_MS = AUDIO_TIMESCALE / 1000;

export class AudioRun {
  readonly #ffmpeg: Ffmpeg;
  readonly #firstMs: number;

  constructor(options: AudioRunOptions) {
    this.#firstMs = options.firstMs;
    const shift =
      ticksOfUnixMs(options.epochMs, AUDIO_TIMESCALE) + (options.firstMs - LEAD_MS) * TICKS_PER_MS;
    // AAC frames start on the grid on every replica, wherever its input began.
    const first = shift + LEAD_MS * TICKS_PER_MS;
    const firstSample = Math.floor(first / AUDIO_FRAME_TICKS) * AUDIO_FRAME_TICKS - shift;
    this.#ffmpeg = startFfmpeg({
      arguments: audioArguments({ audioKbps: options.audioKbps, firstSample }),
      outputs: 1,
      onEvent: (_output, event) => {
        if (event.type !== 'sample') return;
        options.onSample({ ...event.sample, decodeTime: event.sample.decodeTime + shift });
      },
      onEnd: options.onEnd,
    });
    this.#ffmpeg.write(formatFlvHeader({ audio: true, video: false }));
    if (options.header === null) return;
    this.#ffmpeg.write(formatFlvTag({ type: 'audio', timestampMs: LEAD_MS, data: options.header }));
  }

  get backlogBytes(): number {
    return this.#ffmpeg.backlogBytes;
  }

  feed(data: Uint8Array, sessionMs: number): void {
    const timestampMs = Math.max(0, sessionMs - this.#firstMs + LEAD_MS);
    this.#ffmpeg.write(formatFlvTag({ type: 'audio', timestampMs, data }));
  }

  end(): void {
    this.#ffmpeg.end();
  }

  kill(): void {
    this.#ffmpeg.kill();
  }
}
