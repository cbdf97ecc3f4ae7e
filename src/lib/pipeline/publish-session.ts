/** One publish session as a pipeline sees it: its place in time, its picture, its sound. Reads tags, keeps no media. */
import type { SourceInfo } from '../feed/message.ts';
import { type AvcConfig, parseAvcConfig } from '../media/avc-config.ts';
import type { FlvTag } from '../media/flv.ts';
import { parseVideoPayload } from '../media/flv-payload.ts';
import { type FrameRate, guessFrameRate, snapFrameRate } from '../media/frame-rate.ts';
import { FutureGate } from '../media/future.ts';
import { ticksOfUnixMs, VIDEO_TIMESCALE } from '../media/grid.ts';
import { parseMetaData } from '../media/script-data.ts';
import type { ContributionStart } from './contribution-client.ts';

/** One coded picture of the source. */
export interface SourceFrame {
  /** The tag's data, as it goes to ffmpeg. */
  readonly data: Uint8Array;
  /** Decode time: milliseconds since the session's RTMP timestamp 0, without the 32-bit wrap. */
  readonly sessionMs: number;
  /** Presentation time on the media timeline, video ticks. */
  readonly presentationTicks: number;
  readonly key: boolean;
  readonly arrivalMs: number;
}

export type VideoEvent =
  | { readonly type: 'frame'; readonly frame: SourceFrame }
  | { readonly type: 'config' }
  | { readonly type: 'nothing' };

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
const GUESS_FRAMES = 8;
const RATE_WINDOW_MS = 2000;

/** Reads the tags of one session, in order. */
export class PublishSession {
  readonly start: ContributionStart;
  /** Media time of RTMP timestamp 0, video ticks. */
  readonly baseTicks: number;
  /** The AVC sequence header tag's data; null before it came. */
  videoHeader: Uint8Array | null = null;
  avc: AvcConfig | null = null;
  hasAudio = false;
  /** A codec that can't be transcoded, by name. */
  unsupported: string | null = null;
  /** Time between the last two key frames, milliseconds; null before the second. */
  keyIntervalMs: number | null = null;
  /** Leaves out pictures of the future, whoever dated them so. */
  readonly gate = new FutureGate();
  #lastKeyMs: number | null = null;
  #declaredRate: FrameRate | null = null;
  #firstTimes: number[] = [];
  #lastMs: number | null = null;
  #rate = { sinceMs: 0, bytes: 0, kbps: null as number | null };

  constructor(start: ContributionStart) {
    this.start = start;
    this.baseTicks = ticksOfUnixMs(start.epochMs, VIDEO_TIMESCALE);
  }

  /** From onMetaData, else the SPS, else the first frames; null until one of them says. */
  get frameRate(): FrameRate | null {
    if (this.#declaredRate !== null) return this.#declaredRate;
    const fromSps = this.avc?.frameRate ? snapFrameRate(this.avc.frameRate) : null;
    if (fromSps !== null) return fromSps;
    return this.#firstTimes.length < GUESS_FRAMES ? null : guessFrameRate(this.#firstTimes);
  }

  get info(): SourceInfo {
    const rate = this.frameRate;
    return {
      width: this.avc?.width ?? null,
      height: this.avc?.height ?? null,
      frameRate: rate === null ? null : Math.round((rate.num / rate.den) * 1000) / 1000,
      hasAudio: this.hasAudio,
      videoKbps: this.#rate.kbps,
    };
  }

  takeScript(tag: FlvTag): void {
    const declared = parseMetaData(tag.data).get('framerate');
    if (typeof declared === 'number') this.#declaredRate = snapFrameRate(declared) ?? this.#declaredRate;
  }

  /** Takes a video tag; `config` means that the decoder's configuration is new or has changed. */
  takeVideo(tag: FlvTag, arrivalMs: number): VideoEvent {
    const video = parseVideoPayload(tag.data);
    if (video === null || video.kind === 'end') return { type: 'nothing' };
    if (video.codec !== 'avc') {
      this.unsupported = video.codec;
      return { type: 'nothing' };
    }
    if (video.kind === 'header') return this.#takeHeader(tag.data, video.payload);
    const sessionMs = this.sessionMs(tag.timestampMs);
    const atMs = this.start.epochMs + sessionMs + video.compositionMs;
    if (!this.gate.admits({ atMs, arrivalMs, key: video.key })) return { type: 'nothing' };
    if (this.#firstTimes.length < GUESS_FRAMES) this.#firstTimes.push(sessionMs);
    if (video.key) this.#noteKeyFrame(sessionMs);
    this.#measure(tag.data.length, sessionMs);
    const presentationTicks = this.baseTicks + (sessionMs + video.compositionMs) * TICKS_PER_MS;
    return {
      type: 'frame',
      frame: { data: tag.data, sessionMs, presentationTicks, key: video.key, arrivalMs },
    };
  }

  /** Milliseconds since timestamp 0, with the 32-bit wrap undone: the time nearest to the one before. */
  sessionMs(timestampMs: number): number {
    const last = this.#lastMs ?? timestampMs;
    const sessionMs = last + ((timestampMs - last) | 0);
    this.#lastMs = sessionMs;
    return sessionMs;
  }

  #takeHeader(data: Uint8Array, avcc: Uint8Array): VideoEvent {
    const same = this.videoHeader !== null && Buffer.compare(this.videoHeader, data) === 0;
    if (same) return { type: 'nothing' };
    this.videoHeader = data;
    this.avc = parseAvcConfig(avcc);
    return { type: 'config' };
  }

  #noteKeyFrame(sessionMs: number): void {
    if (this.#lastKeyMs !== null) this.keyIntervalMs = sessionMs - this.#lastKeyMs;
    this.#lastKeyMs = sessionMs;
  }

  #measure(bytes: number, sessionMs: number): void {
    const rate = this.#rate;
    if (rate.bytes === 0) rate.sinceMs = sessionMs;
    const span = sessionMs - rate.sinceMs;
    if (span >= RATE_WINDOW_MS) {
      this.#rate = { sinceMs: sessionMs, bytes, kbps: Math.round((rate.bytes * 8) / span) };
    } else rate.bytes += bytes;
  }
}
