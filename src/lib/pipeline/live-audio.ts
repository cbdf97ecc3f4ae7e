/** The sound of one replica: an encoder while the source has audio; silence everywhere else, in step with the picture. */
import type { Clock } from '../base/clock.ts';
import type { FlvTag } from '../media/flv.ts';
import { parseAudioPayload } from '../media/flv-payload.ts';
import { FUTURE_MS } from '../media/future.ts';
import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../media/grid.ts';
import { AudioRun } from './audio-run.ts';
import type { AudioTrack } from './audio-track.ts';
import type { PublishSession } from './publish-session.ts';
import { RestartDelay } from './restart-delay.ts';

export interface LiveAudioOptions {
  readonly audioKbps: number;
  readonly clock: Clock;
  readonly track: AudioTrack;
}

/** While audio tags arrive, silence stays this far behind the picture, so that a slow encoder loses nothing. */
const GRACE_MS = 700;
/** Without audio tags for this long the source counts as silent, and its encoder is ended. */
const GONE_MS = 1000;
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

export class LiveAudio {
  /** Why the encoder ended last, when it did not end well; null once it works again. */
  failure: string | null = null;
  readonly #options: LiveAudioOptions;
  #session: PublishSession | null = null;
  #header: Uint8Array | null = null;
  #run: AudioRun | null = null;
  #lastTagMs = Number.NEGATIVE_INFINITY;
  #lastFedMs = Number.NEGATIVE_INFINITY;
  #restart = new RestartDelay();

  constructor(options: LiveAudioOptions) {
    this.#options = options;
  }

  startSession(session: PublishSession): void {
    if (this.#session === session) return;
    this.#session = session;
    this.#header = null;
    this.#lastFedMs = Number.NEGATIVE_INFINITY;
    this.#endRun();
  }

  takeTag(tag: FlvTag): void {
    const session = this.#session;
    const audio = parseAudioPayload(tag.data);
    if (session === null || audio === null) return;
    if (audio.kind === 'header') {
      this.#takeHeader(tag.data);
      return;
    }
    if (audio.codec === 'aac' && this.#header === null) return;
    const sessionMs = session.sessionMs(tag.timestampMs);
    const nowMs = this.#options.clock.nowMs();
    if (sessionMs <= this.#lastFedMs || session.start.epochMs + sessionMs - nowMs > FUTURE_MS) return;
    session.hasAudio = true;
    this.#lastFedMs = sessionMs;
    this.#lastTagMs = nowMs;
    this.#feed(session, tag.data, sessionMs);
  }

  /** To be called every 50 ms or so, with the media time that the picture has reached (null before it began). */
  tick(videoFrontier: number | null, inSlate: boolean): void {
    const nowMs = this.#options.clock.nowMs();
    const sinceTagMs = nowMs - this.#lastTagMs;
    if (sinceTagMs > GONE_MS) this.#endRun();
    if (videoFrontier === null) return;
    const picture = (videoFrontier / VIDEO_TIMESCALE) * AUDIO_TIMESCALE;
    this.#options.track.begin(picture);
    const graceMs = inSlate || sinceTagMs > GONE_MS ? 0 : GRACE_MS;
    this.#options.track.fillWithSilence(picture - (graceMs / 1000) * AUDIO_TIMESCALE);
  }

  close(): void {
    this.#session = null;
    this.#run?.kill();
    this.#run = null;
  }

  #takeHeader(data: Uint8Array): void {
    if (this.#header !== null && Buffer.compare(this.#header, data) === 0) return;
    this.#header = data;
    this.#endRun();
  }

  #feed(session: PublishSession, data: Uint8Array, sessionMs: number): void {
    if (this.#run === null && this.#restart.allows(this.#lastTagMs)) this.#start(session, sessionMs);
    this.#run?.feed(data, sessionMs);
    if ((this.#run?.backlogBytes ?? 0) > MAX_BACKLOG_BYTES) this.#run?.kill();
  }

  #start(session: PublishSession, firstMs: number): void {
    const { audioKbps, track, clock } = this.#options;
    const run: AudioRun = new AudioRun({
      ...{ audioKbps, header: this.#header, epochMs: session.start.epochMs, firstMs },
      onSample: (sample) => {
        this.failure = null;
        track.takeLive(sample);
      },
      onEnd: (exit) => {
        if (this.#run !== run) return;
        this.#run = null;
        this.failure = `the audio encoder ${exit.words}`;
        this.#restart.note(clock.nowMs());
      },
    });
    this.#run = run;
  }

  #endRun(): void {
    this.#run?.end();
    this.#run = null;
  }
}
