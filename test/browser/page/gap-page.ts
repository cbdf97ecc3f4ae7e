/** Runs inside a page: measures how long each frame of its video stood. `window.gapWatch` holds what was seen. */
import type { FrameGaps } from '../../support/watch-gaps.ts';

/** A frame that stands longer is seen to stand. */
const VISIBLE_MS = 200;

const video = document.querySelector('video') as HTMLVideoElement;
const gaps: FrameGaps = { frames: 0, worstMs: 0, visible: [], leastBufferSec: Number.POSITIVE_INFINITY };
Object.assign(window, { gapWatch: gaps });

let before: { readonly atMs: number; readonly presented: number } | null = null;

function follow(): void {
  video.requestVideoFrameCallback((_, { presentationTime, presentedFrames, mediaTime }) => {
    if (before !== null) {
      // A busy page misses callbacks of frames that the viewer has seen: those stood a frame each.
      const missed = presentedFrames - before.presented - 1;
      const stoodMs = presentationTime - before.atMs - missed * (1000 / 30);
      gaps.worstMs = Math.max(gaps.worstMs, stoodMs);
      if (stoodMs > VISIBLE_MS) gaps.visible.push({ ms: Math.round(stoodMs), mediaTime });
    }
    before = { atMs: presentationTime, presented: presentedFrames };
    gaps.frames += 1;
    const { buffered } = video;
    if (buffered.length > 0) {
      const aheadSec = buffered.end(buffered.length - 1) - video.currentTime;
      gaps.leastBufferSec = Math.min(gaps.leastBufferSec, aheadSec);
    }
    follow();
  });
}

follow();
