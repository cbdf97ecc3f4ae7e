/** Which renditions a source gets, and what the multivariant playlist says of their bit rates. */
import type { Rendition } from '../spec/stream-settings.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Peak over nominal bit rate of one segment, given VIDEO_PEAK and the buffer of half a second. */
export const BANDWIDTH_RATIO = 1.5;
/** Highest rate that the encoder may hold, over the nominal one. */
export const VIDEO_PEAK = 1.2;
const CONTAINER_KBPS = 24;

/** Splits a ladder into what to encode and what is larger than the source both ways; never keeps nothing. */
export function fitLadder(
  ladder: readonly Rendition[],
  source: PictureSize | null,
): { readonly kept: readonly Rendition[]; readonly above: readonly Rendition[] } {
  if (source === null) return { kept: ladder, above: [] };
  const isAbove = (r: Rendition) => r.width > source.width && r.height > source.height;
  const kept = ladder.filter((rendition) => !isAbove(rendition));
  if (kept.length > 0) return { kept, above: ladder.filter(isAbove) };
  return { kept: ladder.slice(-1), above: ladder.slice(0, -1) };
}

/** Returns the peak bits per second of a video rendition alone. */
export function videoBandwidth(rendition: { readonly videoKbps: number }): number {
  return Math.round((rendition.videoKbps * BANDWIDTH_RATIO + CONTAINER_KBPS) * 1000);
}

/** Returns the peak bits per second of the audio rendition. */
export function audioBandwidth(audioKbps: number): number {
  return Math.round((audioKbps * 1.1 + CONTAINER_KBPS) * 1000);
}
