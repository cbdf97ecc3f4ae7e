import { type DeliveryDirectives, parseDirectives } from '../../hls/delivery-directives.ts';
import type { HostedStream } from '../hosted-stream.ts';
import type { HostedStreams } from '../hosted-streams.ts';
import type { Steering } from '../steering/steering.ts';
import { judgeMultivariant, judgePlaylist, type Verdict } from '../window/judge-request.ts';
import { type Exchange, replyPlaylist, replyStatus } from './reply.ts';
import { settle } from './settle.ts';

/** What the handlers of viewers' requests need. */
export interface ServeDeps {
  readonly streams: HostedStreams;
  readonly steering: Steering;
  nowMs(): number;
}

/** Serves the multivariant playlist; waits for the stream when it is not here yet. */
export async function serveMultivariant(deps: ServeDeps, exchange: Exchange, name: string): Promise<void> {
  const hosted = deps.streams.demand(name);
  if (hosted === undefined) return replyStatus(exchange, 404, 'no such stream');
  const judge = (): Verdict => hosted.doubtEnd(judgeMultivariant(hosted.live, deps.nowMs()));
  const status = await settle(deps, { hosted, exchange, judge });
  if (status === null) return;
  if (status === 200) {
    const ways = await deps.steering.pathways(name);
    const staysHere = ways === null || ways.first === ways.home;
    if (staysHere && exchange.req.method === 'GET') hosted.viewers.join(deps.nowMs());
    replyPlaylist(exchange, hosted.texts.multivariant(ways), 'public, max-age=1');
  } else replyStatus(exchange, status, status === 404 ? 'no such stream' : 'the stream delivers nothing now');
}

/** Serves a media playlist: at once, when what is asked for has come, or with a refusal. */
export async function servePlaylist(
  deps: ServeDeps,
  exchange: Exchange,
  route: { readonly stream: string; readonly track: string; readonly query: string },
): Promise<void> {
  const directives = parseDirectives(route.query);
  if (directives === null) return replyStatus(exchange, 400, 'malformed delivery directives');
  const { track } = route;
  const hosted = deps.streams.demand(route.stream);
  if (hosted === undefined) return replyStatus(exchange, 404, 'no such stream');
  const judge = (): Verdict =>
    hosted.doubtEnd(judgePlaylist(hosted.live, { track, directives }, deps.nowMs()));
  const status = await settle(deps, { hosted, exchange, judge });
  if (status === null) return;
  if (status !== 200) return replyStatus(exchange, status, REASONS[status]);
  countViewer(hosted, { track, directives, nowMs: deps.nowMs() });
  // A blocking response is the same for everybody, for as long as anybody may ask for it (Apple's advice).
  const maxAgeSec = 6 * hosted.live.targetDurationSec;
  const cacheControl = directives.msn === null ? 'no-cache' : `public, max-age=${maxAgeSec}`;
  replyPlaylist(exchange, hosted.texts.media(track, directives.delta), cacheControl);
}

const REASONS = {
  400: 'too far ahead of the live edge',
  404: 'no such stream or rendition',
  503: 'what was asked for did not come in time',
} as const;

/**
 * Playlists of the video rendition tell how many watch; those of the audio only when there is no video. Refusals tell
 * nothing: players whose rendition has gone ask again and again.
 */
function countViewer(
  hosted: HostedStream,
  request: { readonly track: string; readonly directives: DeliveryDirectives; readonly nowMs: number },
): void {
  const { tracks, hello, targetDurationSec } = hosted.live;
  const counted = tracks.find((track) => track.kind === 'video') ?? tracks[0];
  const kind = tracks.find((track) => track.id === request.track)?.kind;
  if (counted !== undefined && kind !== undefined && kind !== counted.kind) {
    hosted.viewers.see(request.nowMs);
    return;
  }
  const blockingPart = request.directives.part !== null;
  hosted.viewers.add(blockingPart ? (hello?.partSec ?? 0.5) : targetDurationSec, request.nowMs);
}
