/** One publisher's connection as this daemon sees it: pulled once, anchored in time, passed on to everybody. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { EpochTracker } from '../media/epoch.ts';
import { type Fitness, UNKNOWN_FITNESS } from '../media/fitness.ts';
import { formatFitnessTag, parseFitnessTag } from '../media/fitness-tag.ts';
import type { FlvTag } from '../media/flv.ts';
import { GopCache } from '../media/gop-cache.ts';
import type { FitnessLimits } from '../media/judge-fitness.ts';
import { type RtmpPull, type RtmpPullOptions, startRtmpPull } from '../rtmp/rtmp-pull.ts';
import { Examiner } from './examiner.ts';
import type { SavedSession } from './session-file.ts';
import { Subscribers } from './subscribers.ts';
import type { TwinQuestion } from './twin-epoch.ts';

export interface LiveSessionDeps {
  readonly clock: Clock;
  /** By which its packets arrive, one that no step of the node's clock reaches; `clock` when left out. */
  readonly arrivals?: Clock;
  readonly log: Logger;
  readonly url: string;
  /** How long its first tag may take; see RtmpPullOptions. */
  readonly firstTagMs?: number;
  /** It has an epoch and media now, or a new id: subscribers can be let in, and it should be saved. */
  onReady(): void;
  /** The publisher went. */
  onGone(): void;
  /** The epoch of the same stream at another ingest, if it is near to what was measured here: null for none. */
  findTwinEpoch?(own: TwinQuestion): Promise<number | null>;
  readonly startPull?: (options: RtmpPullOptions) => RtmpPull;
}

/** A session as `GET /sessions` tells it. */
export interface SessionReport extends SavedSession {
  readonly lastTagMs: number | null;
  /** Unix milliseconds since which this run of the daemon has been asking for its media. */
  readonly pulledSinceMs: number;
  readonly subscribers: number;
  /** What was seen of its picture and sound; `unknown` while nobody looks. */
  readonly fitness: Fitness;
}

/** Invariant: within one session id, timestamps go on and the epoch never changes. */
export class LiveSession {
  #saved: SavedSession;
  #tracker: EpochTracker;
  #cache = new GopCache();
  #subscribers = new Subscribers();
  #pull: RtmpPull;
  #deps: LiveSessionDeps;
  /** Counts epochs: an answer that comes after the next one began is of no use. */
  #epochs = 0;
  #lastTag: { arrivalMs: number; timestampMs: number } | null = null;
  #examiner: Examiner | null = null;
  readonly #pulledSinceMs: number;

  constructor(saved: SavedSession, deps: LiveSessionDeps) {
    this.#saved = saved;
    this.#deps = deps;
    this.#pulledSinceMs = deps.clock.nowMs();
    this.#tracker = new EpochTracker({
      epochMs: saved.epochMs,
      skewMs: saved.skewMs ?? 0,
      saidMs: saved.saidEpochMs ?? null,
    });
    const start = deps.startPull ?? startRtmpPull;
    this.#pull = start({
      url: deps.url,
      log: deps.log,
      ...(deps.firstTagMs === undefined ? {} : { firstTagMs: deps.firstTagMs }),
      onTag: (tag) => this.#take(tag),
      onGone: deps.onGone,
    });
  }

  get saved(): SavedSession {
    return this.#saved;
  }

  get isReady(): boolean {
    return this.#saved.epochMs !== null && this.#lastTag !== null;
  }

  /** Notes whether the stream is placed; returns whether that is new. */
  notePlaced(placed: boolean): boolean {
    if ((this.#saved.placed !== false) === placed) return false;
    this.#saved = { ...this.#saved, placed };
    return true;
  }

  /** Looks at its picture and sound from now on, or no more (null), and tells subscribers what is seen. */
  examine(limits: FitnessLimits | null): void {
    if ((limits === null) === (this.#examiner === null)) return;
    const before = this.#fitness;
    this.#examiner?.close();
    this.#examiner =
      limits &&
      new Examiner({
        limits,
        headers: () => this.#cache.headers,
        clock: this.#deps.clock,
        log: this.#deps.log,
        onFitness: (fitness) => this.#tell(fitness),
      });
    if (before.state !== 'unknown') this.#tell(UNKNOWN_FITNESS);
  }

  /** For `GET /sessions`. */
  report(): SessionReport {
    return {
      ...this.#saved,
      fitness: this.#fitness,
      lastTagMs: this.#lastTag?.arrivalMs ?? null,
      pulledSinceMs: this.#pulledSinceMs,
      subscribers: this.#subscribers.count,
    };
  }

  /** Answers with the session's FLV until it ends. Only when it is ready. */
  subscribe(response: ServerResponse): void {
    this.#subscribers.add(response, {
      sessionId: this.#saved.sessionId,
      epochMs: this.#saved.epochMs!,
      tracks: this.#cache.tracks(),
      replay: [...this.#cache.replay(), formatFitnessTag(this.#fitness, this.#lastTag!.timestampMs)],
    });
  }

  /** Ends the pull and every response; may be called twice. `hasLeft`: because its publisher has gone. */
  close(hasLeft = false): void {
    this.#epochs += 1;
    this.#examiner?.close();
    this.#pull.close();
    this.#subscribers.end(hasLeft);
  }

  get #fitness(): Fitness {
    return this.#examiner?.fitness ?? UNKNOWN_FITNESS;
  }

  #tell(fitness: Fitness): void {
    this.#deps.log.info(fitness, 'picture and sound');
    this.#subscribers.send(formatFitnessTag(fitness, this.#lastTag?.timestampMs ?? 0));
  }

  #take(tag: FlvTag): void {
    // Only this daemon says how fit a publisher is.
    if (tag.type === 'script' && parseFitnessTag(tag.data) !== null) return;
    if (tag.type === 'script' || tag.isSequenceHeader) {
      // A restarted pull repeats headers with time 0: time must not go back for subscribers.
      const timestampMs = Math.max(tag.timestampMs, this.#lastTag?.timestampMs ?? 0);
      const header = { ...tag, timestampMs };
      if (!this.#cache.add(header)) return;
      this.#subscribers.send(header);
      this.#examiner?.take(header);
      return;
    }
    const { clock, arrivals = clock } = this.#deps;
    const wasReady = this.isReady;
    if (!this.#anchor(tag, arrivals.nowMs())) return;
    this.#lastTag = { arrivalMs: clock.nowMs(), timestampMs: tag.timestampMs };
    this.#cache.add(tag);
    this.#subscribers.send(tag);
    this.#examiner?.take(tag);
    if (!wasReady && this.isReady) this.#deps.onReady();
  }

  /** Judges when a tag is; false for one of the future, which nobody is to get. */
  #anchor(tag: FlvTag, arrivalMs: number): boolean {
    const timing = this.#tracker.judge({ arrivalMs, timestampMs: tag.timestampMs, track: tag.type });
    if (timing === 'ahead') return false;
    if (timing === 'refined') {
      this.#keepEpoch();
      // To be saved: another run of this daemon goes on with it.
      this.#deps.onReady();
    } else if (timing === 'anchored') {
      this.#epochs += 1;
      this.#settle();
    } else if (timing === 'jumped' || timing === 'behind') this.#begin(timing, arrivalMs);
    return true;
  }

  /** Timestamps are others than before: a new session. */
  #begin(timing: 'jumped' | 'behind', arrivalMs: number): void {
    this.#epochs += 1;
    this.#deps.log.warn({ timing }, 'publisher lost its clock: new session');
    const sessionId = Math.max(Math.round(arrivalMs), this.#saved.sessionId + 1);
    this.#saved = { ...this.#saved, sessionId, epochMs: null, skewMs: 0, saidEpochMs: null };
    this.#subscribers.end();
    if (timing === 'jumped') this.#cache.clear();
  }

  /** What the publisher said, else what its other session has, else what was measured. */
  #settle(): void {
    const { findTwinEpoch, log } = this.#deps;
    const measuredMs = this.#tracker.epochMs;
    if (measuredMs === null) return;
    const { stream, sessionId, saidEpochMs = null } = this.#saved;
    if (saidEpochMs !== null && !this.#tracker.isSaid)
      log.warn({ saidEpochMs, measuredMs }, 'what the publisher says of its clock is not believed: measured');
    if (this.#tracker.isSaid || findTwinEpoch === undefined) {
      this.#keepEpoch();
      return;
    }
    const asked = this.#epochs;
    void findTwinEpoch({ stream, sessionId, measuredMs }).then((twinMs) => {
      if (this.#epochs !== asked) return;
      if (twinMs !== null) this.#tracker.adopt(twinMs);
      log.info({ epochMs: this.#tracker.epochMs, measuredMs, shared: twinMs !== null }, 'epoch');
      this.#keepEpoch();
      if (this.isReady) this.#deps.onReady();
    });
  }

  #keepEpoch(): void {
    const { epochMs, skewMs } = this.#tracker;
    this.#saved = { ...this.#saved, epochMs, skewMs };
  }
}
