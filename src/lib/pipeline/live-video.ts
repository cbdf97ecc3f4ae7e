/**
 * The picture of one replica: decides when an encoder runs, where it enters the source, and when the slate shows.
 *
 * An encoder enters at the source's first frame that was not written yet, decoding from the key frame before it, so
 * that neither a crash nor a restart loses a frame. Without frames from the publisher the encoder is ended and the
 * slate follows its last frame, at real time less SLATE_LAG_MS; a new encoder's first frame stops it.
 */
import type { Clock } from '../base/clock.ts';
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

/** The slate runs this far behind real time, so that a returning publisher's first frame is still ahead of it. */
const SLATE_LAG_MS = 400;
/**
 * How long the slate waits at the first frame of an encoder that has been started; usually that takes 0.3 s. With the
 * lag and a part this must stay below the players' hold-back of three parts: longer, and they run dry while the
 * picture is awaited; shorter, and a slow start of the encoder puts the picture off until the next segment.
 */
const HOLD_MS = 600;
/**
 * After so long without a frame the encoder is ended, before the slate's turn comes: its muxer holds the last frame
 * back, and giving it out takes up to 0.3 s of what players have left. Lower, and every hiccup restarts encoders.
 */
const SILENCE_MS = 500;
/** An ffmpeg that was told to end gets this long to give out what it has. */
const DRAIN_MS = 300;
/** The slate waits so far behind real time for the key frame of an encoder that works, but later than the slate is. */
const SEGMENT_HOLD_MS = 2500;
/** With frames further apart than this many usual ones the publisher counts as gone, whatever the setting. */
const GONE_FRAMES = 4;

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
  #session: PublishSession | null = null;
  #gop = new GopBuffer();
  #active: ActiveRun | null = null;
  #draining: { run: VideoRun; deadlineMs: number } | null = null;
  #prepared: readonly PreparedTrack[] = [];
  #lastFrameMs: number | null = null;
  #lastFedMs = Number.NEGATIVE_INFINITY;
  #nominalMs = 33;
  #restart = new RestartDelay();
  readonly #hangs = new HangWatch();

  constructor(options: LiveVideoOptions) {
    this.#options = options;
    this.lag = new LagWatch(options.settings.partSec);
  }

  /** Arrival of the publisher's last frame, Unix milliseconds. */
  get lastFrameMs(): number | null {
    return this.#lastFrameMs;
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
      if (this.#sourceIsSilent(nowMs)) this.#endRun();
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
    this.#lastFrameMs = frame.arrivalMs;
    this.#lastFedMs = frame.sessionMs;
    this.#gop.add(frame);
    if (this.#active !== null) {
      this.#active.run.feed(frame);
      if (this.#active.run.isOld(frame)) this.restart();
      if (frame.key) this.#gop.dropBefore(this.#leastFrontier());
    } else this.#tryStart();
  }

  #sourceIsSilent(nowMs: number): boolean {
    const limitMs = Math.min(this.#goneAfterMs(), Math.max(SILENCE_MS, this.#nominalMs * GONE_FRAMES));
    return this.#lastFrameMs !== null && nowMs - this.#lastFrameMs > limitMs;
  }

  #goneAfterMs(): number {
    return Math.max(this.#options.settings.slate.afterSec * 1000, this.#nominalMs * GONE_FRAMES);
  }

  #leastFrontier(): number {
    return Math.min(...this.#prepared.map(({ track }) => track.writer.frontier ?? Number.NEGATIVE_INFINITY));
  }

  #tryStart(): void {
    const session = this.#session;
    const nowMs = this.#options.clock.nowMs();
    if (session?.videoHeader == null || this.#active !== null || this.#draining !== null) return;
    const frameRate = session.frameRate;
    if (frameRate === null || this.#sourceIsSilent(nowMs)) return;
    if (!this.#restart.allows(nowMs)) return;
    this.#gop.dropBefore(this.#leastFrontier());
    const [first] = this.#gop.frames;
    if (first === undefined) return;
    const tracks = this.#options.prepare(session, frameRate);
    const entries = this.#entries(tracks);
    if (entries === null) return;
    this.#nominalMs = nominalFrameTicks(frameRate) / (VIDEO_TIMESCALE / 1000);
    this.#prepared = tracks;
    const header = session.videoHeader;
    this.#start({ session, tracks, entries, frameRate, header, first });
  }

  /** Where each track goes on; null while the source has not come that far. */
  #entries(tracks: readonly PreparedTrack[]): { rendition: Rendition; entryTicks: number }[] | null {
    const entries = [];
    for (const { rendition, track } of tracks) {
      const from = (track.writer.frontier ?? Number.NEGATIVE_INFINITY) - track.writer.nominalTicks / 2;
      const frame = this.#gop.firstFrom(from);
      if (frame === null) return null;
      entries.push({ rendition, entryTicks: frame.presentationTicks });
    }
    return entries;
  }

  #start(start: {
    session: PublishSession;
    tracks: readonly PreparedTrack[];
    entries: readonly { rendition: Rendition; entryTicks: number }[];
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
      if (entry !== undefined) track.holdAt(entry.entryTicks);
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
    const heldTooLong = this.#active === null || nowMs - this.#active.startedMs > HOLD_MS;
    for (const { track } of this.#prepared) {
      const { frontier } = track.writer;
      if (frontier === null || track.isLive) continue;
      const behindMs = nowMs - unixMsOfTicks(frontier, VIDEO_TIMESCALE);
      const tooLong = track.awaitsSegment ? this.#active === null || behindMs > SEGMENT_HOLD_MS : heldTooLong;
      if (tooLong) track.release();
      if (!track.inSlate && behindMs < this.#goneAfterMs()) continue;
      if (this.#draining === null) track.fillWithSlate(ticksOfUnixMs(untilMs, VIDEO_TIMESCALE));
    }
  }
}
