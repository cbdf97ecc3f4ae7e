import type { MediaPlaylist } from '../hls/media-playlist.ts';
import { HLS_CONFIG } from '../player/hls-config.ts';
import { StallMemory } from '../player/stall-memory.ts';
import { holdBackSec } from './next-fetch.ts';

/** How far behind the live edge a viewer wants to be: the hold-back, and more for a while after each stall. */
export class TargetLatency {
  #memory: StallMemory | null = null;
  #seen = 0;

  /** Seconds, after so many stalls in all; as the player page does with hls.js. */
  sec(playlist: MediaPlaylist, stalls: number, nowMs: number): number {
    const stepSec = HLS_CONFIG.liveSyncOnStallIncrease;
    this.#memory ??= new StallMemory(Math.floor(playlist.targetDurationSec / stepSec));
    for (; this.#seen < stalls; this.#seen += 1) this.#memory.stalled(nowMs);
    return holdBackSec(playlist) + this.#memory.steps(nowMs) * stepSec;
  }
}
