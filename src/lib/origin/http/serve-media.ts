import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fetchSegment } from '../feeds/fetch-segment.ts';
import type { HostedStream } from '../hosted-stream.ts';
import { judgeMedia, type MediaRequest, type Verdict } from '../window/judge-request.ts';
import type { WindowSegment } from '../window/track-window.ts';
import { type Exchange, replyStatus, startMedia } from './reply.ts';
import type { ServeDeps } from './serve-playlist.ts';
import { settle } from './settle.ts';

interface MediaRoute extends MediaRequest {
  readonly stream: string;
}

/** Serves a part or a whole segment from memory, disk or the upstream; future ones near the live edge block. */
export async function serveMedia(deps: ServeDeps, exchange: Exchange, route: MediaRoute): Promise<void> {
  const hosted = askedByRelay(exchange) ? deps.streams.get(route.stream) : deps.streams.demand(route.stream);
  if (hosted === undefined) return replyStatus(exchange, 404, 'no such stream');
  const { track, msn, part } = route;
  const judge = (): Verdict => judgeMedia(hosted.live, route, deps.nowMs());
  const status = await settle(deps, { hosted, exchange, judge });
  if (status === null) return;
  if (status !== 200) return replyStatus(exchange, status, 'no such segment or part');
  const segment = hosted.live.windows.get(track)!.find(msn)!;
  const bytes = part === null ? segment.body : segment.parts[part]!.bytes;
  const tag = part === null ? `${msn}` : `${msn}.${part}`;
  if (bytes !== null) {
    if (startMedia(exchange, { tag, bytes: bytes.length, audio: isAudio(hosted, track) })) {
      exchange.res.end(bytes);
    }
    return;
  }
  await serveStored(hosted, exchange, { track, segment });
}

/** Serves an init segment; waits for it when the stream is not here yet. */
export async function serveInit(
  deps: ServeDeps,
  exchange: Exchange,
  route: { readonly stream: string; readonly track: string; readonly initId: string },
): Promise<void> {
  const hosted = deps.streams.demand(route.stream);
  if (hosted === undefined) return replyStatus(exchange, 404, 'no such stream');
  const { track, initId } = route;
  const judge = (): Verdict => {
    if (hosted.live.init(track, initId) !== undefined) return { outcome: 'serve' };
    if (hosted.live.tracks.length > 0 && hosted.live.windows.get(track)?.next() !== null) {
      return { outcome: 'refuse', status: 404 };
    }
    return { outcome: 'wait', limitMs: 5000, status: 404 };
  };
  const status = await settle(deps, { hosted, exchange, judge });
  if (status === null) return;
  if (status !== 200) return replyStatus(exchange, status, 'no such init segment');
  const bytes = hosted.live.init(track, initId)!;
  if (startMedia(exchange, { tag: initId, bytes: bytes.length, audio: isAudio(hosted, track) })) {
    exchange.res.end(bytes);
  }
}

async function serveStored(
  hosted: HostedStream,
  exchange: Exchange,
  { track, segment }: { track: string; segment: WindowSegment },
): Promise<void> {
  if (segment.stored === 'pending') await hosted.store.flush();
  if (segment.stored === 'upstream' && !askedByRelay(exchange)) await fetchSegment(hosted, track, segment);
  if (exchange.res.destroyed) return;
  if (segment.stored !== 'disk') return replyStatus(exchange, 404, 'the segment can not be had any more');
  const facts = { tag: `${segment.msn}`, bytes: segment.size, audio: isAudio(hosted, track) };
  const file = createReadStream(hosted.store.path(track, segment.msn));
  const opened = await new Promise<boolean>((resolve) => {
    file.once('open', () => resolve(true));
    file.once('error', () => resolve(false));
  });
  if (!opened) return replyStatus(exchange, 404, 'the segment can not be had any more');
  if (!startMedia(exchange, facts) || exchange.req.method === 'HEAD') {
    file.destroy();
    exchange.res.end();
    return;
  }
  await pipeline(file, exchange.res).catch(() => exchange.res.destroy());
}

const askedByRelay = ({ req }: Exchange): boolean => req.headers['x-streamctl-relay'] !== undefined;

function isAudio(hosted: HostedStream, track: string): boolean {
  return hosted.live.tracks.find(({ id }) => id === track)?.kind === 'audio';
}
