/** The video tracks of a stream: which there are for a source, and their place in the playlist. */
import type { Clock } from '../base/clock.ts';
import type { PartMessage } from '../feed/message.ts';
import type { EncoderName } from '../media/ffmpeg-encoder-arguments.ts';
import { nominalFrameTicks } from '../media/ffmpeg-slate-arguments.ts';
import type { FrameRate } from '../media/frame-rate.ts';
import type { InitSegment } from '../media/init-segment.ts';
import { audioBandwidth, fitLadder, videoBandwidth } from '../media/ladder.ts';
import type { Rendition, StreamSettings } from '../spec/stream-settings.ts';
import type { PreparedTrack } from './live-video.ts';
import type { PublishSession } from './publish-session.ts';
import type { ResumePoint } from './resume-point.ts';
import { SlateSet } from './slate-set.ts';
import type { TrackBoard } from './track-board.ts';
import { VideoTrack } from './video-track.ts';

export interface RenditionSetOptions {
  readonly settings: StreamSettings;
  readonly clock: Clock;
  readonly board: TrackBoard;
  /** Folder for the slate's text. */
  readonly directory: string;
  /** Where an earlier run stopped, by track. */
  readonly resume: ReadonlyMap<string, ResumePoint>;
  encoder(): EncoderName;
  onSlateReady(): void;
  onSlateFailure(reason: string): void;
}

/** Bit rate that a copied source is announced with until it has been measured. */
const COPY_KBPS = 6000;
const SHED_AT_LEAST_MS = 60_000;

export class RenditionSet {
  readonly #options: RenditionSetOptions;
  #tracks = new Map<string, VideoTrack>();
  #shed = new Set<string>();
  #shedMs = 0;
  #above: readonly string[] = [];
  #prepared: readonly PreparedTrack[] = [];
  readonly #slates: SlateSet;

  constructor(options: RenditionSetOptions) {
    this.#options = options;
    this.#slates = new SlateSet(options);
  }

  /** Names of renditions dropped to keep up. */
  get shed(): readonly string[] {
    return [...this.#shed];
  }

  /** Names of renditions larger than the source. */
  get above(): readonly string[] {
    return this.#above;
  }

  /** Why a rendition has no slate; null while none has failed. */
  get slateFailure(): string | null {
    return this.#slates.failureOf(this.#prepared);
  }

  /** Drops the top rendition from the next start of the encoder on; false when it may not or is the only one. */
  shedTop(nowMs: number): boolean {
    const [top] = this.#prepared;
    if (top === undefined || this.#prepared.length < 2) return false;
    if (!this.#options.settings.shedTopRendition) return false;
    this.#shedMs = nowMs;
    this.#shed.add(top.rendition.name);
    return true;
  }

  /** A new publish session gets the whole ladder again, unless it was too much a moment ago. */
  restore(nowMs: number): void {
    if (nowMs - this.#shedMs > SHED_AT_LEAST_MS) this.#shed.clear();
  }

  /** Returns the tracks for a source, highest first, and announces them. */
  prepare(session: PublishSession, frameRate: FrameRate): readonly PreparedTrack[] {
    const renditions = this.#renditions(session);
    const nominalTicks = nominalFrameTicks(frameRate);
    this.#prepared = renditions.map((rendition) => {
      const track = this.#tracks.get(rendition.name) ?? this.#create(rendition.name, nominalTicks);
      track.writer.setNominalTicks(nominalTicks);
      return { rendition, track };
    });
    this.#announce(frameRate);
    const copied = this.#options.settings.video === 'copy';
    this.#slates.setKind(copied ? 'libx264' : this.#options.encoder(), frameRate);
    return this.#prepared;
  }

  /** Makes the slates that are missing, once live media flows. */
  async refreshSlate(): Promise<void> {
    await this.#slates.refresh(this.#prepared);
  }

  #renditions(session: PublishSession): readonly Rendition[] {
    const { settings } = this.#options;
    const size = session.avc;
    if (settings.video === 'copy') {
      const videoKbps = session.info.videoKbps ?? COPY_KBPS;
      const [first] = settings.ladder;
      const name = first?.name ?? 'source';
      return [{ name, width: size?.width ?? 1280, height: size?.height ?? 720, videoKbps }];
    }
    const { kept, above } = fitLadder(settings.ladder, size);
    this.#above = above.map(({ name }) => name);
    const left = kept.filter(({ name }) => !this.#shed.has(name));
    return left.length > 0 ? left : kept.slice(-1);
  }

  #create(name: string, nominalTicks: number): VideoTrack {
    const { settings, board } = this.#options;
    const { segmentSec, partSec } = settings;
    const track = new VideoTrack({
      ...{ track: name, segmentSec, partSec, nominalTicks, resume: this.#options.resume.get(name) },
      boundaries: settings.video === 'copy' ? 'key' : 'grid',
      sendInit: (id: string, init: InitSegment) => board.sendInit(id, init),
      sendPart: (message: PartMessage, body: Buffer) => board.sendPart(message, body),
    });
    this.#tracks.set(name, track);
    return track;
  }

  #announce(frameRate: FrameRate): void {
    const { board, settings } = this.#options;
    const rate = Math.round((frameRate.num / frameRate.den) * 1000) / 1000;
    const video = this.#prepared.map(({ rendition }) => ({
      ...{ id: rendition.name, kind: 'video' as const, width: rendition.width, height: rendition.height },
      ...{ frameRate: rate, bandwidth: videoBandwidth(rendition) },
    }));
    const audio = { id: 'audio', kind: 'audio' as const, bandwidth: audioBandwidth(settings.audioKbps) };
    board.setPlans([...video, audio]);
  }
}
