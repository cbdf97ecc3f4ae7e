import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer } from '../../nodes/node-config.ts';
import type { FaultInjector } from '../fault.ts';
import { reportOrigin } from '../report.ts';
import { parseRoute, type Route } from './parse-route.ts';
import { type Exchange, replyJson, replyOptions, replyStatus } from './reply.ts';
import { receiveFeed, sendFeed } from './serve-feed.ts';
import { serveInit, serveMedia } from './serve-media.ts';
import { servePathways } from './serve-pathways.ts';
import { type ServeDeps, serveMultivariant, servePlaylist } from './serve-playlist.ts';
import { serveState } from './serve-state.ts';
import { serveSteering } from './serve-steering.ts';

/** Longer than any edge keeps an idle connection, so that the edge closes it, not we under its request. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 10_000;
/** A socket on which nothing moves: longer than the longest blocking reload (18 s). */
const IDLE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

export interface OriginServerDeps extends ServeDeps {
  readonly node: string;
  readonly region: string;
  readonly startedMs: number;
  readonly faults: FaultInjector;
  peers(): readonly Peer[];
}

/** Creates the HTTP server of an origin; it does not listen yet. */
export function createOriginServer(deps: OriginServerDeps): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      // A feed's request lasts as long as its pipeline; slow headers and idle sockets have limits of their own.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5000,
      noDelay: true,
    },
    (req, res) => {
      const exchange = { req, res };
      res.on('error', () => res.destroy());
      dispatch(deps, exchange).catch(() => {
        if (res.headersSent) res.destroy();
        else replyStatus(exchange, 500, 'a fault of the origin');
      });
    },
  );
  server.setTimeout(IDLE_MS);
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

async function dispatch(deps: OriginServerDeps, exchange: Exchange): Promise<void> {
  const { req } = exchange;
  const route = parseRoute(req.url ?? '');
  if (route === null) return replyStatus(exchange, 404, 'nothing here');
  if (route.kind === 'feed' && req.method === 'POST') return await receiveFeed(deps, exchange, route);
  if (req.method === 'OPTIONS') return replyOptions(exchange);
  if (req.method !== 'GET' && (req.method !== 'HEAD' || route.kind === 'feed')) {
    exchange.res.setHeader('allow', 'GET, HEAD, OPTIONS');
    return replyStatus(exchange, 405, 'only GET, HEAD and OPTIONS');
  }
  if (await spoil(deps.faults, exchange, route)) return;
  await serve(deps, exchange, route);
}

/** Does what a drill asks for; returns whether that was the answer. What an origin says of itself stays true. */
async function spoil(faults: FaultInjector, exchange: Exchange, route: Route): Promise<boolean> {
  if (faults.name === null) return false;
  exchange.res.setHeader('x-drill-fault', faults.name);
  if (route.kind === 'status') return false;
  if (faults.delayMs > 0) await sleep(faults.delayMs);
  if (!faults.fails(Math.random())) return false;
  replyStatus(exchange, 503, 'a drill asked for this error');
  return true;
}

async function serve(deps: OriginServerDeps, exchange: Exchange, route: Route): Promise<void> {
  switch (route.kind) {
    case 'playlist':
      return await servePlaylist(deps, exchange, route);
    case 'media':
      return await serveMedia(deps, exchange, route);
    case 'multivariant':
      return await serveMultivariant(deps, exchange, route.stream);
    case 'init':
      return await serveInit(deps, exchange, route);
    case 'state':
      return serveState(deps, exchange, route.stream);
    case 'pathways':
      return servePathways(deps, exchange, route.stream);
    case 'steering':
      return await serveSteering(deps, exchange, route);
    case 'feed':
      return await sendFeed(deps, exchange, route);
    case 'status':
      return replyReport(deps, exchange);
  }
}

function replyReport(deps: OriginServerDeps, exchange: Exchange): void {
  const { node, startedMs, steering } = deps;
  const nowMs = deps.nowMs();
  const departures = steering.departures.report(nowMs);
  const report = reportOrigin({ node, startedMs, nowMs, departures }, deps.streams.all());
  replyJson(exchange, report);
}
