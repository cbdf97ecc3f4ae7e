import { FlvParser } from '../src/lib/media/flv.ts';

/** Knows when each frame of the test picture left the publisher. */
export interface FrameTap {
  /** Unix milliseconds at which a frame arrived at the ingest node; null when it was not seen. */
  sentAtMs(frame: number): number | null;
  /** The frame that begins at a time of the cluster: session epoch plus timestamp, Unix milliseconds. */
  frameAt(believedMs: number): number;
  close(): void;
}

/** The picture's cache comes at once when the tap opens: what arrives then was sent before. */
const CACHE_MS = 1000;

/**
 * Taps the contribution. Frame n of the test picture has the timestamp n / fps, and arrives about 7 ms after it was
 * sent. The cluster may open a new session under a running publisher: the tap goes on with it.
 * Rejects when there is no session.
 */
export async function startFrameTap(contributionUrl: string, stream: string, fps: number): Promise<FrameTap> {
  const stop = new AbortController();
  const url = `${contributionUrl}/contribution/${stream}`;
  const arrivals = new Map<number, number>();
  let response = await openContribution(url, stop.signal);
  let epochMs = epochOf(response);
  void (async () => {
    for (;;) {
      await readArrivals(response, fps, arrivals);
      response = await openContribution(url, stop.signal);
      epochMs = epochOf(response);
    }
  })().catch(() => undefined);
  return {
    sentAtMs: (frame) => arrivals.get(frame) ?? null,
    frameAt: (believedMs) => Math.round(((believedMs - epochMs) * fps) / 1000),
    close: () => stop.abort(),
  };
}

async function openContribution(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (response.status === 200) return response;
  throw new Error(`${url}: status ${response.status}`);
}

function epochOf(response: Response): number {
  return Number(response.headers.get('x-session-epoch-ms'));
}

/** Notes when each frame arrives, until the session ends. */
async function readArrivals(response: Response, fps: number, arrivals: Map<number, number>): Promise<void> {
  const openedMs = performance.now();
  const parser = new FlvParser();
  for await (const chunk of response.body!) {
    const nowMs = performance.timeOrigin + performance.now();
    for (const tag of parser.push(chunk)) {
      if (tag.type !== 'video' || tag.isSequenceHeader || performance.now() - openedMs < CACHE_MS) continue;
      arrivals.set(Math.round((tag.timestampMs * fps) / 1000), nowMs);
    }
  }
}
