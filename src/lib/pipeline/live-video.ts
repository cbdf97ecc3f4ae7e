/**
 * The picture of one replica: decides when an encoder runs, where it enters the source, and when the slate shows.
 *
 * An encoder enters at the source's first frame that was not written yet, decoding from the key frame before it, so
 * that neither a crash nor a restart loses a frame. Without frames from the publisher the encoder is ended and the
 * slate follows its last frame, at real time less SLATE_LAG_MS; a new encoder's first frame stops it.
 */
import type { Clock } from '../base/clock.ts';
import { type EarlyKeys, planEarlyKeys } from '../media/early-keys.ts';
import { nominalFrameTicks } from '../media/ffmpeg-slate-arguments.ts';
import type { FlvTag } from '../media/flv.ts';
import type { FrameRate } from '../media/frame-rate.ts';
import { ticksOfUnixMs, unixMsOfTicks, VIDEO_TIMESCALE } from '../media/grid.ts';
import type { Rendition, StreamSettings } from '../spec/stream-settings.ts';
import type { FfmpegExit } from './ffmpeg-process.ts';
import { GopBuffer } from './gop-buffer.ts';
import { HangWatch } from './hang-watch.ts';
import { LagWatch } from './lag-watch.ts';
import type { PublishSession, SourceFrame } from './publish-session.ts';
import { RestartDelay } from './restart-delay.ts';
import { SLATE_LAG_MS, waitsTooLong } from './slate-wait.ts';
import { SourceSilence } from './source-silence.ts';
import { VideoRun } from './video-run.ts';
import type { VideoTrack } from './video-track.ts';

export interface LiveVideoOptions {
  readonly settings: StreamSettings;
  readonly clock: Clock;
  /** The tracks to write for this source, highest first; made when new. Called at each start of an encoder. */
  prepare(session: PublishSession, frameRate: FrameRate): readonly PreparedTrack[];
  encoder(): StreamSettings['encoder'];
}

export interface PreparedTrack {
  readonly rendition: Rendition;
  readonly track: VideoTrack;
}

/** An ffmpeg that was told to end gets this long to give out what it has. */
const DRAIN_MS = 300;

/** Where a rendition enters the source; with more key frames where the slate has to be taken over from. */
interface VideoEntry {
  readonly rendition: Rendition;
  readonly entryTicks: number;
  readonly earlyKeys: EarlyKeys | null;
}

interface ActiveRun {
  readonly run: VideoRun;
  readonly startedMs: number;
  readonly tracks: readonly PreparedTrack[];
}

export class LiveVideo {
  readonly lag: LagWatch;
  /** Why the encoder ended last, when it did not end well; null once it works again. */
  failure: string | null = null;
  readonly #options: LiveVideoOptions;
  readonly #silence: SourceSilence;
  #session: PublishSession | null = null;
  #gop = new GopBuffer();
  #active: ActiveRun | null = null;
  #draining: { run: VideoRun; deadlineMs: number } | null = null;
  #prepared: readonly PreparedTrack[] = [];
  #lastFedMs = Number.NEGATIVE_INFINITY;
  #restart = new RestartDelay();
  readonly #hangs = new HangWatch();

  constructor(options: LiveVideoOptions) {
    this.#options = options;
    this.#silence = new SourceSilence(options.settings.slate.afterSec * 1000);
    this.lag = new LagWatch(options.settings.partSec);
  }

  /** Arrival of the publisher's last frame, Unix milliseconds. */
  get lastFrameMs(): number | null {
    return this.#silence.lastFrameMs;
  }

  get tracks(): readonly PreparedTrack[] {
    return this.#prepared;
  }

  /** Process id of the encoder that runs. */
  get encoderPid(): number | null {
    return this.#active?.run.pid ?? null;
  }

  /** A contribution answer began: another session, or the same one again after a lost connection. */
  startSession(session: PublishSession): void {
    if (this.#session === session) return;
    this.#session = session;
    this.#gop.clear();
    this.#lastFedMs = Number.NEGATIVE_INFINITY;
    this.#endRun();
  }

  /**
   * The publisher has gone for good, as its ingest node says: the encoder gives out all that it has, now rather than after
   * the silence that tells of other losses. What players have left is more by that.
   */
  endSource(): void {
    this.#silence.noteLeft();
    this.#endRun();
  }

  takeTag(tag: FlvTag): void {
    const session = this.#session;
    if (session === null) return;
    const event = session.takeVideo(tag, this.#options.clock.nowMs());
    if (event.type === 'config') {
      this.#gop.clear();
      this.#endRun();
    } else if (event.type === 'frame' && event.frame.sessionMs > this.#lastFedMs)
      this.#takeFrame(event.frame);
  }

  /** Ends the encoder and starts another from where the tracks are; `prepare` says with which. */
  restart(): void {
    this.#active?.run.kill();
  }

  /** Gives up what is behind real time: the encoder starts again at the source's last key frame. */
  skipToLive(): void {
    this.#gop.dropBefore(Number.POSITIVE_INFINITY);
    this.restart();
  }

  /** To be called every 50 ms or so. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#draining !== null && nowMs > this.#draining.deadlineMs) this.#draining.run.kill();
    const active = this.#active;
    if (active !== null) {
      if (this.#silence.isSilent(nowMs)) this.#endRun();
      const lagMs = active.run.lagMs(nowMs);
      this.lag.note(lagMs, nowMs);
      const sinceOutputMs = this.lag.sinceOutputMs(nowMs);
      const ranMs = nowMs - active.startedMs;
      if (this.#hangs.mustKill({ ranMs, hasOutput: this.lag.hasOutput, sinceOutputMs, lagMs })) {
        this.failure = 'the video encoder hung and was restarted';
        active.run.kill();
      }
    }
    this.#tryStart();
    this.#fill(nowMs);
  }

  close(): void {
    this.#session = null;
    this.#active?.run.kill();
    this.#draining?.run.kill();
    this.#active = null;
  }

  #takeFrame(frame: SourceFrame): void {
    this.#silence.noteFrame(frame.arrivalMs);
    this.#lastFedMs = frame.sessionMs;
    this.#gop.add(frame);
    if (this.#active !== null) {
      this.#active.run.feed(frame);
      if (this.#active.run.isOld(frame)) this.restart();
      if (frame.key) this.#gop.dropBefore(this.#leastFrontier());
    } else this.#tryStart();
  }

  #leastFrontier(): number {
    return Math.min(...this.#prepared.map(({ track }) => track.writer.frontier ?? Number.NEGATIVE_INFINITY));
  }

  #tryStart(): void {
    const session = this.#session;
    const nowMs = this.#options.clock.nowMs();
    if (session?.videoHeader == null || this.#active !== null || this.#draining !== null) return;
    const frameRate = session.frameRate;
    if (frameRate === null || this.#silence.isSilent(nowMs)) return;
    if (!this.#restart.allows(nowMs)) return;
    this.#gop.dropBefore(this.#leastFrontier());
    if (this.#gop.frames.length === 0) return;
    const tracks = this.#options.prepare(session, frameRate);
    const entries = this.#entries(tracks);
    if (entries === null) return;
    // What lies before is not needed, and may have a hole behind it: the publisher's, or its ingest node's.
    this.#gop.dropBefore(Math.min(...entries.map(({ entryTicks }) => entryTicks)));
    this.#silence.nominalMs = nominalFrameTicks(frameRate) / (VIDEO_TIMESCALE / 1000);
    this.#prepared = tracks;
    const header = session.videoHeader;
    const first = this.#gop.frames[0] as SourceFrame;
    this.#start({ session, tracks, entries, frameRate, header, first });
  }

  /** Where each track goes on; null while the source has not come that far. */
  #entries(tracks: readonly PreparedTrack[]): VideoEntry[] | null {
    const { settings } = this.#options;
    const entries: VideoEntry[] = [];
    for (const { rendition, track } of tracks) {
      const from = (track.writer.frontier ?? Number.NEGATIVE_INFINITY) - track.writer.nominalTicks / 2;
      const frame = this.#gop.firstFrom(from);
      if (frame === null) return null;
      const entryTicks = frame.presentationTicks;
      const mayForce = track.inSlate && settings.video !== 'copy';
      const earlyKeys = mayForce ? planEarlyKeys(entryTicks, settings) : null;
      entries.push({ rendition, entryTicks, earlyKeys });
    }
    return entries;
  }

  #start(start: {
    session: PublishSession;
    tracks: readonly PreparedTrack[];
    entries: readonly VideoEntry[];
    frameRate: FrameRate;
    header: Uint8Array;
    first: SourceFrame;
  }): void {
    const { settings, clock } = this.#options;
    const run: VideoRun = new VideoRun({
      ...{ mode: settings.video, preset: settings.preset, segmentSec: settings.segmentSec },
      ...{ encoder: this.#options.encoder(), frameRate: start.frameRate, entries: start.entries },
      ...{ header: start.header, baseTicks: start.session.baseTicks, firstMs: start.first.sessionMs },
      onSample: ({ rendition, init }, sample, isTail) => {
        const track = start.tracks.find((candidate) => candidate.rendition === rendition)?.track;
        track?.takeLive(run, { sample, init, isTail });
        this.lag.noteOutput(clock.nowMs());
        this.failure = null;
      },
      onEnd: (exit) => this.#ended(run, exit),
    });
    const startedMs = clock.nowMs();
    this.#active = { run, startedMs, tracks: start.tracks };
    this.lag.restart(startedMs);
    for (const { rendition, track } of start.tracks) {
      const entry = start.entries.find((candidate) => candidate.rendition === rendition);
      if (entry !== undefined) track.holdAt(entry.entryTicks, entry.earlyKeys);
    }
    for (const frame of this.#gop.frames) run.feed(frame);
  }

  /** Lets the encoder give out what it has; the next one starts when it is gone. */
  #endRun(): void {
    const active = this.#active;
    if (active === null) return;
    this.#active = null;
    active.run.end();
    this.#draining = { run: active.run, deadlineMs: this.#options.clock.nowMs() + DRAIN_MS };
  }

  #ended(run: VideoRun, exit: FfmpegExit): void {
    for (const { track } of this.#prepared) track.runEnded(run);
    if (this.#draining?.run === run) this.#draining = null;
    if (this.#active?.run === run) {
      this.#active = null;
      if (!exit.ok && !run.isClosing) this.failure = `the video encoder ${exit.words}`;
      if (!run.isClosing) this.#restart.note(this.#options.clock.nowMs());
    }
    this.#tryStart();
  }

  #fill(nowMs: number): void {
    const untilMs = nowMs - SLATE_LAG_MS;
    const startedMs = this.#active?.startedMs ?? null;
    const { partSec } = this.#options.settings;
    for (const { track } of this.#prepared) {
      const { frontier } = track.writer;
      if (frontier === null || track.isLive) continue;
      const behindMs = nowMs - unixMsOfTicks(frontier, VIDEO_TIMESCALE);
      const { inSlate, awaitsSegment } = track;
      if (waitsTooLong({ nowMs, startedMs, behindMs, inSlate, awaitsSegment, partSec })) track.release();
      if (!inSlate && behindMs < this.#silence.goneAfterMs) continue;
      if (this.#draining === null) track.fillWithSlate(ticksOfUnixMs(untilMs, VIDEO_TIMESCALE));
    }
  }
}
