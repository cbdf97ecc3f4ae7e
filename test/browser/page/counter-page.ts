/**
 * Runs inside a page: reads the burnt-in frame number of every frame that its video shows, and when it was shown.
 * `window.counterWatch` holds what was seen.
 */

import { COUNTER_BOTTOM, COUNTER_CELL, readCounter } from '../../../src/lib/publisher/counter.ts';
import type { ShownFrame } from '../../support/shown-frame.ts';

const WIDTH = 640;

const shown: ShownFrame[] = [];
const canvas = document.createElement('canvas');
const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
Object.assign(window, { counterWatch: shown });

/** Draws only the strip with the squares: a whole picture read back at every frame would be felt. */
function read(video: HTMLVideoElement): number | null {
  const height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  const strip = Math.ceil(WIDTH * (COUNTER_BOTTOM + COUNTER_CELL) + 4);
  if (canvas.height !== strip) Object.assign(canvas, { width: WIDTH, height: strip });
  const top = height - strip;
  const sourceTop = (top / height) * video.videoHeight;
  context.drawImage(video, 0, sourceTop, video.videoWidth, video.videoHeight - sourceTop, 0, 0, WIDTH, strip);
  const { data } = context.getImageData(0, 0, WIDTH, strip);
  const lumaAt = (x: number, y: number): number => {
    const at = ((y - top) * WIDTH + x) * 4;
    return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  };
  return readCounter(lumaAt, WIDTH, height);
}

function follow(video: HTMLVideoElement): void {
  video.requestVideoFrameCallback((_, { expectedDisplayTime, presentedFrames }) => {
    const atMs = performance.timeOrigin + expectedDisplayTime;
    shown.push({ frame: read(video), atMs, presented: presentedFrames });
    follow(video);
  });
}

follow(document.querySelector('video') as HTMLVideoElement);
