import { FrameDecoder } from '../../feed/codec.ts';
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

/** Sends the feed of this node's pipeline to a relay; 404 when there is none, 503 when it delivers nothing now. */
export function sendFeed(deps: ServeDeps, exchange: Exchange, route: FeedRoute): void {
  const hosted = deps.streams.get(route.stream);
  const feed = hosted?.pipeline ?? null;
  if (hosted === undefined || feed === null || feed.hello === null) {
    replyStatus(exchange, 404, 'no pipeline of this stream here');
  } else if (deps.nowMs() > feed.stallsMs) {
    replyStatus(exchange, 503, 'the pipeline of this stream delivers nothing now');
  } else {
    exchange.req.socket.setTimeout(0);
    const from = /^from=(\d{1,12})$/.exec(route.query);
    hosted.subscribers.add(exchange.res, hosted.replay(feed, from === null ? 0 : Number(from[1])));
  }
}

function isOwnMachine(remote: string, local: string): boolean {
  const plain = remote.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.') || remote === local;
}
