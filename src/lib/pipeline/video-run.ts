/** One life of the video ffmpeg: frames of the source in, samples on the media timeline out, and how late they are. */

import type { EarlyKeys } from '../media/early-keys.ts';
import {
  copyVideoArguments,
  encodeVideoArguments,
  type VideoArguments,
} from '../media/ffmpeg-video-arguments.ts';
import { formatFlvHeader, formatFlvTag } from '../media/flv.ts';
import type { SplitEvent } from '../media/fragment-splitter.ts';
import { type InitSegment, parseInitSegment } from '../media/init-segment.ts';
import type { Sample } from '../media/sample.ts';
import type { Rendition } from '../spec/stream-settings.ts';
import { type Ffmpeg, type FfmpegExit, startFfmpeg } from './ffmpeg-process.ts';
import type { SourceFrame } from './publish-session.ts';

export interface VideoRunOptions extends Omit<VideoArguments, 'outputs'> {
  readonly mode: 'encode' | 'copy';
  /** Where each rendition enters: the presentation time of a frame that will be fed, ticks. */
  readonly entries: readonly {
    readonly rendition: Rendition;
    readonly entryTicks: number;
    readonly earlyKeys?: EarlyKeys | null;
  }[];
  /** The AVC sequence header tag's data. */
  readonly header: Uint8Array;
  /** Media time of the session's timestamp 0, ticks. */
  readonly baseTicks: number;
  /** Session time of the first frame that will be fed. */
  readonly firstMs: number;
  onSample(output: { rendition: Rendition; init: InitSegment }, sample: Sample, isTail: boolean): void;
  /** Called once, after the last sample. */
  onEnd(exit: FfmpegExit): void;
}

/** ffmpeg's clock starts here, so that B-frames and AAC priming never reach below 0. */
const LEAD_MS = 1000;
const TICKS_PER_MS = 90;
const MAX_RUN_MS = 20 * 24 * 3_600_000;

export class VideoRun {
  readonly #options: VideoRunOptions;
  readonly #ffmpeg: Ffmpeg;
  #inits: (InitSegment | null)[];
  #held: (Sample | null)[];
  #closing = false;
  /** Arrival of each frame that was fed and has not come out, in order. */
  #waiting: { ticks: number; arrivalMs: number }[] = [];

  constructor(options: VideoRunOptions) {
    this.#options = options;
    this.#inits = options.entries.map(() => null);
    this.#held = options.entries.map(() => null);
    this.#ffmpeg = startFfmpeg({
      arguments: this.#arguments(),
      outputs: options.entries.length,
      onEvent: (output, event) => this.#take(output, event),
      onEnd: (exit) => this.#end(exit),
    });
    this.#ffmpeg.write(formatFlvHeader({ audio: false, video: true }));
    this.#ffmpeg.write(formatFlvTag({ type: 'video', timestampMs: LEAD_MS, data: options.header }));
  }

  get pid(): number | undefined {
    return this.#ffmpeg.pid;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  get backlogBytes(): number {
    return this.#ffmpeg.backlogBytes;
  }

  feed(frame: SourceFrame): void {
    const timestampMs = frame.sessionMs - this.#options.firstMs + LEAD_MS;
    this.#ffmpeg.write(formatFlvTag({ type: 'video', timestampMs, data: frame.data }));
    const entry = Math.min(...this.#options.entries.map(({ entryTicks }) => entryTicks));
    if (frame.presentationTicks < entry) return;
    this.#waiting.push({ ticks: frame.presentationTicks, arrivalMs: frame.arrivalMs });
  }

  /** FLV's 32 bits of milliseconds would run out one day. */
  isOld(frame: SourceFrame): boolean {
    return frame.sessionMs - this.#options.firstMs > MAX_RUN_MS;
  }

  /** How long ago the oldest frame arrived that has not come out; the newest frame is always held by the muxer. */
  lagMs(nowMs: number): number {
    const [oldest] = this.#waiting;
    return this.#waiting.length < 3 || oldest === undefined ? 0 : nowMs - oldest.arrivalMs;
  }

  /** Ends the input; what is inside comes out, then `onEnd`. */
  end(): void {
    this.#closing = true;
    this.#ffmpeg.end();
  }

  kill(): void {
    this.#closing = true;
    this.#ffmpeg.kill();
  }

  #arguments(): string[] {
    const { mode, entries, baseTicks, firstMs } = this.#options;
    if (mode === 'copy') return copyVideoArguments();
    const outputs = entries.map(({ rendition, entryTicks, earlyKeys = null }) => ({
      ...{ rendition, entryTicks, earlyKeys },
      entryMs: (entryTicks - baseTicks) / TICKS_PER_MS - firstMs + LEAD_MS,
    }));
    return encodeVideoArguments({ ...this.#options, outputs });
  }

  #take(output: number, event: SplitEvent): void {
    if (event.type === 'init') {
      this.#inits[output] = parseInitSegment(event.bytes);
      return;
    }
    const shift = this.#options.baseTicks + (this.#options.firstMs - LEAD_MS) * TICKS_PER_MS;
    const sample = { ...event.sample, decodeTime: event.sample.decodeTime + shift };
    if (output === this.#options.entries.length - 1) this.#arrived(sample.decodeTime);
    if (!this.#closing) this.#pass(output, sample, false);
    else {
      const before = this.#held[output];
      this.#held[output] = sample;
      if (before) this.#pass(output, before, false);
    }
  }

  /** A frame came out: it and all before it wait no more. */
  #arrived(decodeTime: number): void {
    const later = this.#waiting.findIndex((frame) => frame.ticks > decodeTime);
    this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
  }

  #pass(output: number, sample: Sample, isTail: boolean): void {
    const entry = this.#options.entries[output];
    const init = this.#inits[output];
    if (entry && init) this.#options.onSample({ rendition: entry.rendition, init }, sample, isTail);
  }

  #end(exit: FfmpegExit): void {
    this.#held.forEach((sample, output) => {
      if (sample !== null) this.#pass(output, sample, true);
    });
    this.#options.onEnd(exit);
  }
}
