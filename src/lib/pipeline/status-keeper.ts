/** What a pipeline says of itself: its state, and in words what is not well. */
import type { Clock } from '../base/clock.ts';
import type { StatusMessage, StreamState } from '../feed/message.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import type { ContributionStart } from './contribution-client.ts';
import type { EncoderChoice } from './encoder-probe.ts';
import type { LiveAudio } from './live-audio.ts';
import type { LiveVideo } from './live-video.ts';
import type { PublishSession } from './publish-session.ts';
import type { RenditionSet } from './rendition-set.ts';

export interface StatusKeeperOptions {
  readonly settings: StreamSettings;
  readonly choice: EncoderChoice;
  readonly clock: Clock;
  readonly set: RenditionSet;
  readonly video: LiveVideo;
  readonly audio: LiveAudio;
}

/** Further behind than this, frames are skipped even when renditions may not be shed. */
const MAX_LAG_MS = 10_000;

export class StatusKeeper {
  readonly #options: StatusKeeperOptions;
  readonly #startedMs: number;
  #state: { name: StreamState; sinceMs: number };

  constructor(options: StatusKeeperOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#state = { name: 'starting', sinceMs: this.#startedMs };
  }

  /** No frame came for the slate's maximum time. */
  isOver(): boolean {
    return this.#silentMs() > this.#options.settings.slate.maxSec * 1000;
  }

  /** The encoder has been behind for so long that the top rendition should go, or else frames. */
  mustCatchUp(): boolean {
    const { settings, video, clock } = this.#options;
    const mayWait = !settings.shedTopRendition && video.lag.lagMs < MAX_LAG_MS;
    return !mayWait && video.lag.isLost(clock.nowMs());
  }

  end(): void {
    this.#enter('ended');
  }

  /** Whether the state is another than the last message said: that is worth one at once, dated to the moment. */
  hasChanged(): boolean {
    return this.#currentState() !== this.#state.name;
  }

  /** `source`: the session that is read. */
  message(session: PublishSession | null, source: ContributionStart | null): StatusMessage {
    const { set, choice, settings } = this.#options;
    this.#enter(this.#currentState());
    return {
      type: 'status',
      state: this.#state.name,
      sinceMs: Math.round(this.#state.sinceMs),
      reasons: this.#reasons(session),
      notes: this.#notes(session),
      shed: set.shed,
      encoder: settings.video === 'copy' ? 'copy' : choice.encoder,
      source: session?.info ?? null,
      sessionId: source?.sessionId ?? null,
    };
  }

  #enter(name: StreamState): void {
    if (name !== this.#state.name) this.#state = { name, sinceMs: this.#options.clock.nowMs() };
  }

  #currentState(): StreamState {
    const [top] = this.#options.video.tracks;
    if (this.#state.name === 'ended') return 'ended';
    if (top === undefined || top.track.writer.frontier === null) return 'starting';
    if (top.track.inSlate) return 'slate';
    return top.track.isLive ? 'live' : this.#state.name;
  }

  #silentMs(): number {
    const { video, clock } = this.#options;
    return clock.nowMs() - (video.lastFrameMs ?? this.#startedMs);
  }

  #reasons(session: PublishSession | null): string[] {
    const { set, video, audio, clock } = this.#options;
    const shed = set.shed.join(', ');
    return [
      ...(session?.unsupported ? [`the source's video codec ${session.unsupported} is not supported`] : []),
      ...(session?.gate.aheadMs == null
        ? []
        : [`the source is dated ${inSec(session.gate.aheadMs)} s ahead of this node's clock and left out`]),
      ...(shed === '' ? [] : [`shed to keep up with real time: ${shed}`]),
      ...(video.lag.isBehind(clock.nowMs())
        ? [`the encoder is ${inSec(video.lag.lagMs)} s behind real time`]
        : []),
      ...[video.failure, audio.failure].filter((failure) => failure !== null),
      ...(set.slateFailure === null ? [] : [`no slate: ${set.slateFailure}`]),
      ...this.#copyReasons(session),
    ];
  }

  /** Choices that were made for the operator: nothing is wrong. */
  #notes(session: PublishSession | null): string[] {
    const { choice, set } = this.#options;
    const size = session?.avc ? ` (${session.avc.width}x${session.avc.height})` : '';
    const above = set.above.join(', ');
    return [
      ...(choice.reason === null ? [] : [choice.reason]),
      ...(above === '' ? [] : [`not made, as larger than the source${size}: ${above}`]),
    ];
  }

  #copyReasons(session: PublishSession | null): string[] {
    const { settings } = this.#options;
    const intervalMs = session?.keyIntervalMs ?? null;
    if (settings.video !== 'copy' || intervalMs === null) return [];
    const segmentMs = settings.segmentSec * 1000;
    const fits =
      intervalMs <= segmentMs + 50 &&
      Math.abs(segmentMs / intervalMs - Math.round(segmentMs / intervalMs)) < 0.05;
    if (fits) return [];
    const interval = (intervalMs / 1000).toFixed(2);
    return [
      `the source's key frames are ${interval} s apart, which does not fit segments of ${settings.segmentSec} s`,
    ];
  }
}

const inSec = (ms: number): string => (ms / 1000).toFixed(1);
