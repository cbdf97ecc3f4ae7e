import { FlvParser } from '../src/lib/media/flv.ts';

/** Knows when each frame of the test picture left the publisher. */
export interface FrameTap {
  /** Unix milliseconds at which a frame arrived at the ingest node; null when it was not seen. */
  sentAtMs(frame: number): number | null;
  /** Unix milliseconds that the cluster believes for the frame: the session's epoch plus its timestamp. */
  believedAtMs(frame: number): number;
  /** Frame of a believed time. */
  frameAt(believedMs: number): number;
  close(): void;
}

/** The picture's cache comes at once when the tap opens: what arrives then was sent before. */
const CACHE_MS = 1000;

/**
 * Taps the contribution. Frame n of the test picture has the timestamp n / fps, and arrives about 7 ms after it was
 * sent. Rejects when there is no session.
 */
export async function startFrameTap(contributionUrl: string, stream: string, fps: number): Promise<FrameTap> {
  const stop = new AbortController();
  const response = await fetch(`${contributionUrl}/contribution/${stream}`, { signal: stop.signal });
  if (response.status !== 200 || response.body === null)
    throw new Error(`contribution: status ${response.status}`);
  const epochMs = Number(response.headers.get('x-session-epoch-ms'));
  const arrivals = new Map<number, number>();
  const openedMs = performance.now();
  const parser = new FlvParser();
  const { body } = response;
  void (async () => {
    for await (const chunk of body) {
      const nowMs = performance.timeOrigin + performance.now();
      for (const tag of parser.push(chunk)) {
        if (tag.type !== 'video' || tag.isSequenceHeader || performance.now() - openedMs < CACHE_MS) continue;
        arrivals.set(Math.round((tag.timestampMs * fps) / 1000), nowMs);
      }
    }
  })().catch(() => undefined);
  return {
    sentAtMs: (frame) => arrivals.get(frame) ?? null,
    believedAtMs: (frame) => epochMs + (frame * 1000) / fps,
    frameAt: (believedMs) => Math.round(((believedMs - epochMs) * fps) / 1000),
    close: () => stop.abort(),
  };
}
