import { request } from 'node:http';
import type { HostedStream } from '../hosted-stream.ts';
import type { WindowSegment } from '../window/track-window.ts';
import { describeSegment } from './replay.ts';

const TIMEOUT_MS = 5000;
/** Says that a relay asks: it gets what is there, and no relay is opened for it. */
export const RELAY_HEADERS = { 'x-streamctl-relay': '1' };
/** Fetches under way, so that many viewers of one old segment cost one. */
const underWay = new WeakMap<WindowSegment, Promise<void>>();

/** Fetches a segment that is only described from the origins that may have it and stores it on disk. Never rejects. */
export function fetchSegment(hosted: HostedStream, track: string, segment: WindowSegment): Promise<void> {
  const running = underWay.get(segment);
  if (running !== undefined) return running;
  const fetching = fetchAndStore(hosted, track, segment).finally(() => underWay.delete(segment));
  underWay.set(segment, fetching);
  return fetching;
}

async function fetchAndStore(hosted: HostedStream, track: string, segment: WindowSegment): Promise<void> {
  const path = `/live/${hosted.live.name}/${track}/${segment.msn}.m4s`;
  for (const { address, ports } of hosted.upstreams()) {
    const body = await fetchBody(`http://${address}:${ports.origin}${path}`, maxBytes(segment.size));
    if (body === null) continue;
    segment.size = body.length;
    if (await hosted.store.saveSegment(describeSegment(track, segment), body)) segment.stored = 'disk';
    return;
  }
}

/** Another replica's segment holds the same frames in other bytes: a few more or less than were described. */
const maxBytes = (described: number): number => 2 * described + 1_000_000;

/** The body when the answer is 200 and whole. */
function fetchBody(url: string, limitBytes: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const req = request(url, { agent: false, timeout: TIMEOUT_MS, headers: RELAY_HEADERS }, (res) => {
      const chunks: Buffer[] = [];
      let received = 0;
      res.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > limitBytes) req.destroy();
        else chunks.push(chunk);
      });
      res.on('error', () => resolve(null));
      res.on('close', () => {
        resolve(res.statusCode === 200 && res.complete && received > 0 ? Buffer.concat(chunks) : null);
      });
    });
    req.on('timeout', () => req.destroy());
    req.on('error', () => resolve(null));
    req.end();
  });
}
