/** The slates of a stream's renditions: made once live media flows, made anew for another size, tried again after a failure. */
import type { Clock } from '../base/clock.ts';
import type { EncoderName } from '../media/ffmpeg-encoder-arguments.ts';
import type { FrameRate } from '../media/frame-rate.ts';
import type { Rendition, StreamSettings } from '../spec/stream-settings.ts';
import type { PreparedTrack } from './live-video.ts';
import { makeSlate } from './slate-maker.ts';

export interface SlateSetOptions {
  readonly settings: StreamSettings;
  readonly clock: Clock;
  /** Folder for the slate's text. */
  readonly directory: string;
  onSlateReady(): void;
  onSlateFailure(reason: string): void;
  readonly make?: typeof makeSlate;
}

/** Of one encoder and frame rate. */
interface SlateKind {
  readonly encoder: EncoderName;
  readonly frameRate: FrameRate;
  /** The size of each rendition's slate that was made or is being made. */
  readonly made: Map<string, string>;
  /** Unix milliseconds before which nothing is tried, as it failed a moment ago. */
  notBeforeMs: number;
}

/** A full disk, or a machine that kills what it has no memory for, may be well again. */
const RETRY_MS = 10_000;

export class SlateSet {
  readonly #options: SlateSetOptions;
  #kind: SlateKind | null = null;
  /** Why there is none, by rendition. */
  readonly #failures = new Map<string, string>();

  constructor(options: SlateSetOptions) {
    this.#options = options;
  }

  /** Slates are made for this encoder and frame rate from now on. */
  setKind(encoder: EncoderName, frameRate: FrameRate): void {
    const { num, den } = frameRate;
    const known = this.#kind;
    const isSame = known?.encoder === encoder && known.frameRate.num === num && known.frameRate.den === den;
    if (!isSame) this.#kind = { encoder, frameRate, made: new Map(), notBeforeMs: 0 };
  }

  /** Why one of these has no slate; null while none has failed. */
  failureOf(prepared: readonly PreparedTrack[]): string | null {
    const failures = prepared.flatMap(({ rendition }) => this.#failures.get(rendition.name) ?? []);
    return failures[0] ?? null;
  }

  /** Makes the slates that are missing. */
  async refresh(prepared: readonly PreparedTrack[]): Promise<void> {
    const kind = this.#kind;
    if (kind === null || this.#options.clock.nowMs() < kind.notBeforeMs) return;
    const missing = prepared.filter(({ rendition }) => kind.made.get(rendition.name) !== sizeOf(rendition));
    if (missing.length === 0 || !missing.some(({ track }) => track.isLive)) return;
    for (const { rendition } of missing) kind.made.set(rendition.name, sizeOf(rendition));
    try {
      await this.#make(kind, missing);
    } catch (error) {
      this.#fail(kind, missing, error instanceof Error ? error.message : String(error));
    }
  }

  async #make(kind: SlateKind, missing: readonly PreparedTrack[]): Promise<void> {
    const { settings, directory, onSlateReady, make = makeSlate } = this.#options;
    const clips = await make({
      ...{ renditions: missing.map(({ rendition }) => rendition), encoder: kind.encoder, directory },
      ...{ preset: settings.preset, frameRate: kind.frameRate },
      ...{ segmentSec: settings.segmentSec, text: settings.slate.text },
    });
    missing.forEach(({ rendition, track }, i) => {
      if (!this.#isWanted(kind, rendition)) return;
      track.setClip(clips[i] ?? null);
      this.#failures.delete(rendition.name);
    });
    if (kind === this.#kind) onSlateReady();
  }

  /** Forgets what was tried, so that it is missing again. */
  #fail(kind: SlateKind, missing: readonly PreparedTrack[], reason: string): void {
    for (const { rendition } of missing) {
      if (!this.#isWanted(kind, rendition)) continue;
      kind.made.delete(rendition.name);
      this.#failures.set(rendition.name, reason);
    }
    kind.notBeforeMs = this.#options.clock.nowMs() + RETRY_MS;
    this.#options.onSlateFailure(reason);
  }

  /** Whether the slate that was asked for is the one that is wanted still. */
  #isWanted(kind: SlateKind, rendition: Rendition): boolean {
    return kind === this.#kind && kind.made.get(rendition.name) === sizeOf(rendition);
  }
}

function sizeOf(rendition: Rendition): string {
  return `${rendition.width}x${rendition.height}`;
}
