/** Runs inside a page: measures how long each frame of its video stood. `window.gapWatch` holds what was seen. */
import type { FrameGaps } from '../../support/watch-gaps.ts';

/** A frame that stands longer is seen to stand. */
const VISIBLE_MS = 200;

const video = document.querySelector('video') as HTMLVideoElement;
const gaps: FrameGaps = { frames: 0, worstMs: 0, visible: [], leastBufferSec: Number.POSITIVE_INFINITY };
Object.assign(window, { gapWatch: gaps });

let before: { readonly atMs: number; readonly presented: number; readonly aheadSec: number } | null = null;

function follow(): void {
  video.requestVideoFrameCallback((_, { presentationTime, presentedFrames, mediaTime }) => {
    const { buffered } = video;
    const aheadSec = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - video.currentTime;
    if (before !== null) {
      // A busy page misses callbacks of frames that the viewer has seen: those stood a frame each.
      const missed = presentedFrames - before.presented - 1;
      const stoodMs = presentationTime - before.atMs - missed * (1000 / 30);
      gaps.worstMs = Math.max(gaps.worstMs, stoodMs);
      const leftSec = before.aheadSec - stoodMs / 1000;
      if (stoodMs > VISIBLE_MS) gaps.visible.push({ ms: Math.round(stoodMs), mediaTime, leftSec });
    }
    before = { atMs: presentationTime, presented: presentedFrames, aheadSec };
    gaps.frames += 1;
    gaps.leastBufferSec = Math.min(gaps.leastBufferSec, aheadSec);
    follow();
  });
}

follow();
