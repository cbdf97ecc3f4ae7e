import { FrameDecoder } from '../../feed/codec.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { checkMessage } from '../feeds/check-message.ts';
import { Feed } from '../feeds/feed.ts';
import { type Exchange, replyStatus } from './reply.ts';
import type { ServeDeps } from './serve-playlist.ts';

interface FeedRoute {
  readonly stream: string;
  readonly query: string;
}

/** Takes a pipeline's feed from the body of a POST until it ends. Only this machine may send one. */
export async function receiveFeed(deps: ServeDeps, exchange: Exchange, route: FeedRoute): Promise<void> {
  const { req, res } = exchange;
  const remote = req.socket.remoteAddress ?? '';
  if (!isOwnMachine(remote, req.socket.localAddress ?? '')) {
    return replyStatus(exchange, 403, 'feeds are taken from this node only');
  }
  req.socket.setTimeout(0);
  const hosted = deps.streams.open(route.stream);
  const feed = new Feed({ from: null, sinceMs: deps.nowMs(), drop: () => req.destroy() });
  hosted.attachPipeline(feed);
  const decoder = new FrameDecoder();
  let said = false;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      for (const frame of decoder.push(chunk)) {
        checkMessage(frame.message);
        if (!said && frame.message.type !== 'hello') throw new Error('a feed starts with hello');
        if (frame.message.type === 'hello' && frame.message.stream !== route.stream) {
          throw new Error('hello names another stream than the URL');
        }
        said = true;
        if (hosted.pipeline === feed) hosted.acceptFromPipeline(frame, feed);
      }
    }
    if (!res.destroyed) replyStatus(exchange, 200, 'the feed has ended');
  } catch (error) {
    if (!res.destroyed) replyStatus(exchange, 400, error instanceof Error ? error.message : 'malformed feed');
    req.destroy();
  } finally {
    hosted.detachPipeline(feed);
  }
}

interface FeedDeps extends ServeDeps {
  /** The nodes of the cluster. */
  peers(): readonly Peer[];
}

/**
 * Sends the feed of this node's pipeline to a relay. `via=NODE` names the relay and asks to hand on another origin's feed
 * when there is none, `not=NODE,…` the replicas that it has already. Only feeds that were read without such a detour are
 * handed on, to relays of the own region: no path is longer than two steps, and none comes back. 404 when there is none,
 * 503 when it delivers nothing now.
 */
export async function sendFeed(deps: FeedDeps, exchange: Exchange, route: FeedRoute): Promise<void> {
  const asked = new URLSearchParams(route.query);
  const via = asked.get('via');
  const region = deps.peers().find(({ name }) => name === via)?.region;
  const onward = via === null ? undefined : deps.streams.forRelay(route.stream, region);
  const hosted = onward ?? deps.streams.get(route.stream);
  const not = new Set((asked.get('not') ?? '').split(','));
  const feed = (await hosted?.feedFor({ onward: onward !== undefined, not })) ?? null;
  if (exchange.res.destroyed) return;
  if (hosted === undefined || feed === null || !hosted.feeds.feeds.has(feed)) {
    replyStatus(exchange, 404, 'no feed of this stream here');
  } else if (deps.nowMs() > feed.stallsMs) {
    replyStatus(exchange, 503, 'the feed of this stream delivers nothing now');
  } else {
    exchange.req.socket.setTimeout(0);
    const from = /^\d{1,12}$/.exec(asked.get('from') ?? '');
    feed.subscribers.add(exchange.res, hosted.replay(feed, from === null ? 0 : Number(from[0])));
  }
}

function isOwnMachine(remote: string, local: string): boolean {
  const plain = remote.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.') || remote === local;
}
