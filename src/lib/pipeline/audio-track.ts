/** The audio rendition: encoded frames on the 1024-sample grid, and silence wherever there are none. */
import { AUDIO_FRAME_TICKS, AUDIO_TIMESCALE } from '../media/grid.ts';
import type { Sample } from '../media/sample.ts';
import type { SlateClip } from './slate-clip.ts';
import { TrackWriter, type TrackWriterOptions } from './track-writer.ts';

export interface AudioTrackOptions
  extends Omit<TrackWriterOptions, 'timescale' | 'nominalTicks' | 'boundaries'> {
  readonly silence: SlateClip;
}

/** A frame further ahead than this is not waited for with silence: its clock is wrong. */
const MAX_AHEAD_SEC = 60;

export class AudioTrack {
  readonly #writer: TrackWriter;
  readonly #silence: SlateClip;
  #next: number | null = null;

  constructor(options: AudioTrackOptions) {
    this.#silence = options.silence;
    this.#writer = new TrackWriter({
      ...options,
      timescale: AUDIO_TIMESCALE,
      nominalTicks: AUDIO_FRAME_TICKS,
      boundaries: 'grid',
    });
    this.#next = this.#writer.frontier;
  }

  /** Sets where the track begins, once: the first frame of the grid at or after this time. */
  begin(ticks: number): void {
    this.#next ??= Math.ceil(ticks / AUDIO_FRAME_TICKS) * AUDIO_FRAME_TICKS;
  }

  /** Takes an encoded frame to its place on the grid; drops what is older than what was written. */
  takeLive(sample: Sample): void {
    const at = Math.round(sample.decodeTime / AUDIO_FRAME_TICKS) * AUDIO_FRAME_TICKS;
    if (this.#next === null || at < this.#next) return;
    if (at - this.#next > MAX_AHEAD_SEC * AUDIO_TIMESCALE) return;
    this.#fill(at);
    this.#write(sample, false);
  }

  /** Writes silence up to a time. */
  fillWithSilence(untilTicks: number): void {
    this.#fill(untilTicks - AUDIO_FRAME_TICKS + 1);
  }

  flush(): void {
    this.#writer.flush();
  }

  #fill(until: number): void {
    const [frame] = this.#silence.samples;
    while (frame !== undefined && this.#next !== null && this.#next < until) this.#write(frame, true);
  }

  #write(sample: Sample, slate: boolean): void {
    const decodeTime = this.#next as number;
    this.#next = decodeTime + AUDIO_FRAME_TICKS;
    const placed = { ...sample, decodeTime, duration: AUDIO_FRAME_TICKS, key: true, slate };
    this.#writer.push(placed, this.#silence.init);
  }
}
