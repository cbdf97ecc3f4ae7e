/**
 * The pipeline daemon: one replica of one stream's transcode and packaging (ARCHITECTURE.md, "The epoch grid").
 *
 * It follows the contributions of all regions and reads one (source-switch.ts), encodes the ladder and the audio rendition, cuts both on the grid, and posts the
 * feed to its own node's origin. It serves nobody and stores nothing; killed at any moment, another start goes on.
 *
 * Invariants: after the first part of a track its timeline has no hole while this process lives (a break says
 * `discontinuity`); media sequence numbers never go back; no ffmpeg outlives this process.
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { FlvTag } from '../media/flv.ts';
import type { NodeConfig, Peer } from '../nodes/node-config.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import { AudioTrack } from './audio-track.ts';
import {
  type ContributionFollower,
  type ContributionStart,
  followContribution,
} from './contribution-client.ts';
import { chooseEncoder, type EncoderChoice } from './encoder-probe.ts';
import { FeedSender } from './feed-sender.ts';
import { LiveAudio } from './live-audio.ts';
import { LiveVideo } from './live-video.ts';
import { PublishSession } from './publish-session.ts';
import { RenditionSet } from './rendition-set.ts';
import { freshResumePoints, loadResumePoints, type ResumePoint } from './resume-point.ts';
import type { SlateClip } from './slate-clip.ts';
import { makeSilence } from './slate-maker.ts';
import { StatusKeeper } from './status-keeper.ts';
import { TrackBoard } from './track-board.ts';

export interface PipelineDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RunningPipeline {
  /** Resolves when the slate's maximum time is over and the feed has said so. */
  readonly ended: Promise<void>;
  /** The nodes of the cluster changed: ingest nodes that are new are asked, too. */
  setPeers(peers: readonly Peer[]): void;
  close(): Promise<void>;
}

const TICK_MS = 40;
const RESUME_SEGMENTS = 6;
const STATUS_MS = 500;

/** Starts one replica. Throws ENVIRONMENT when ffmpeg can't run. */
export async function startPipeline(
  config: NodeConfig,
  stream: string,
  deps: PipelineDeps,
): Promise<RunningPipeline> {
  const settings = settingsOf(config, stream);
  if (settings.ladder.length === 0) {
    throw new StreamctlError('SPEC_INVALID', `the ladder of ${stream} is empty`);
  }
  const feed = createFeed({ config, stream, settings });
  try {
    const [choice, silence, resume] = await Promise.all([
      chooseEncoder(settings.encoder),
      makeSilence(settings.audioKbps),
      findResumePoints({ config, stream, settings }, deps),
    ]);
    const pipeline = new Pipeline({ config, stream, settings, choice, silence, resume, feed }, deps);
    return pipeline;
  } catch (error) {
    await feed.close();
    throw error;
  }
}

interface StreamPlace {
  readonly config: NodeConfig;
  readonly stream: string;
  readonly settings: StreamSettings;
}

interface PipelineParts extends StreamPlace {
  readonly feed: FeedSender;
  readonly resume: ReadonlyMap<string, ResumePoint>;
  readonly choice: EncoderChoice;
  readonly silence: SlateClip;
}

class Pipeline implements RunningPipeline {
  readonly ended: Promise<void>;
  readonly #deps: PipelineDeps;
  readonly #feed: FeedSender;
  readonly #set: RenditionSet;
  readonly #video: LiveVideo;
  readonly #audio: LiveAudio;
  readonly #audioTrack: AudioTrack;
  readonly #status: StatusKeeper;
  readonly #contribution: ContributionFollower;
  readonly #timers: NodeJS.Timeout[];
  #session: PublishSession | null = null;
  /** The session that is read: another one than `#session`'s when it brings the same media. */
  #source: ContributionStart | null = null;
  #closing: Promise<void> | null = null;
  #resolveEnded: () => void = () => {};

  constructor(parts: PipelineParts, deps: PipelineDeps) {
    const { config, stream, settings } = parts;
    this.#deps = deps;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#feed = parts.feed;
    const board = new TrackBoard((message, body) => this.#feed.send(message, body));
    const encoder = () => parts.choice.encoder;
    this.#set = new RenditionSet({
      ...{
        settings,
        clock: deps.clock,
        board,
        encoder,
        resume: parts.resume,
        directory: join(config.dirs.data, `pipeline-${stream}`),
      },
      onSlateReady: () => deps.log.info('slate ready'),
      onSlateFailure: (reason) => deps.log.error({ reason }, 'no slate'),
    });
    const { segmentSec, partSec } = settings;
    this.#audioTrack = new AudioTrack({
      ...{ track: 'audio', segmentSec, partSec, silence: parts.silence, resume: parts.resume.get('audio') },
      sendInit: (track, init) => board.sendInit(track, init),
      sendPart: (message, body) => board.sendPart(message, body),
    });
    const { clock } = deps;
    const prepare = this.#set.prepare.bind(this.#set);
    this.#video = new LiveVideo({ settings, clock, encoder, prepare });
    this.#audio = new LiveAudio({ audioKbps: settings.audioKbps, clock, track: this.#audioTrack });
    const { choice } = parts;
    this.#status = new StatusKeeper({
      settings,
      choice,
      clock,
      set: this.#set,
      video: this.#video,
      audio: this.#audio,
    });
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#report(), STATUS_MS)];
    this.#contribution = followContribution(
      { stream, ingests: ingestsOf(config.peers), clock },
      {
        onStart: (start) => this.#start(start),
        onTag: (tag) => this.#takeTag(tag),
        onChange: (start, isSame) => {
          this.#source = start;
          if (isSame) deps.log.info(start, 'contribution goes on from another session');
        },
        onEnd: (hasLeft) => this.#endSource(hasLeft),
      },
    );
    this.#report();
  }

  setPeers(peers: readonly Peer[]): void {
    this.#contribution.setIngests(ingestsOf(peers));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#contribution.close();
    this.#video.close();
    this.#audio.close();
    await this.#feed.close();
  }

  #start(start: ContributionStart): void {
    const same = this.#session?.start.sessionId === start.sessionId;
    this.#deps.log.info({ ...start, again: same }, 'contribution');
    if (!same || this.#session === null) {
      this.#session = new PublishSession(start);
      this.#set.restore(this.#deps.clock.nowMs());
    }
    this.#video.startSession(this.#session);
    this.#audio.startSession(this.#session);
  }

  #takeTag(tag: FlvTag): void {
    if (tag.type === 'video') this.#video.takeTag(tag);
    else if (tag.type === 'audio') this.#audio.takeTag(tag);
    else this.#session?.takeScript(tag);
  }

  #endSource(hasLeft: boolean): void {
    this.#deps.log.info({ hasLeft }, 'contribution ended');
    if (hasLeft) this.#video.endSource();
  }

  #tick(): void {
    this.#video.tick();
    const lowest = this.#video.tracks.at(-1)?.track;
    this.#audio.tick(lowest?.writer.frontier ?? null, lowest?.inSlate ?? false);
    void this.#set.refreshSlate();
    if (this.#status.mustCatchUp()) this.#catchUp();
    if (this.#status.hasChanged()) this.#report();
    if (this.#status.isOver()) this.#end();
  }

  /** The encoder can't keep up: the top rendition goes, or else what has not been encoded yet. */
  #catchUp(): void {
    if (this.#set.shedTop(this.#deps.clock.nowMs())) this.#video.restart();
    else this.#video.skipToLive();
  }

  #report(): void {
    this.#feed.send(this.#status.message(this.#session, this.#source));
  }

  #end(): void {
    if (this.#closing !== null) return;
    for (const { track } of this.#video.tracks) track.writer.flush();
    this.#audioTrack.flush();
    this.#status.end();
    this.#report();
    this.#deps.log.info('no publisher for the maximum time: ended');
    this.#closing = this.#close().then(() => this.#resolveEnded());
  }
}

function ingestsOf(peers: readonly Peer[]): Peer[] {
  return peers.filter((peer) => peer.roles.includes('ingest'));
}

/** Asks the own origin where an earlier run stopped. */
async function findResumePoints(place: StreamPlace, deps: PipelineDeps): Promise<Map<string, ResumePoint>> {
  const { config, stream, settings } = place;
  const nowMs = deps.clock.nowMs();
  const points = await loadResumePoints({
    ...{ host: config.node.address, port: config.node.ports.origin, stream },
    fromMsn: Math.floor(nowMs / 1000 / settings.segmentSec) - RESUME_SEGMENTS,
  });
  return freshResumePoints(points, nowMs);
}

function createFeed({ config, stream, settings }: StreamPlace): FeedSender {
  const { segmentSec, partSec, dvrSec } = settings;
  const replica = config.node.name;
  return new FeedSender({
    host: config.node.address,
    port: config.node.ports.origin,
    hello: { type: 'hello', stream, replica, segmentSec, partSec, dvrSec },
  });
}
