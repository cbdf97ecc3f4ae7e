import type { HedgeEvent } from '../hedge/hedge-event.ts';
import type { Hedger } from '../hedge/hedger.ts';
import type { Connect } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { HedgedFetch } from './hedged-fetch.ts';
import { PlainFetch, type ViewerFetch } from './viewer-fetch.ts';

/** `none`: stays with the edge it was given, as hls.js by itself. */
export type ViewerLoader = 'hedged' | 'none';

export interface CreateFetchOptions {
  /** Multivariant playlist. */
  readonly url: URL;
  readonly loader: ViewerLoader;
  readonly connect: Connect;
  readonly nowMs: () => number;
  readonly onHedge: ((event: HedgeEvent) => void) | undefined;
}

/** Creates what a viewer gets files with; the hedger is null without the hedged loader. */
export function createFetch(options: CreateFetchOptions): { fetch: ViewerFetch; hedger: Hedger | null } {
  const { url, loader, connect, nowMs, onHedge } = options;
  const pool = new ConnectionPool(connect);
  if (loader === 'none') return { fetch: new PlainFetch(pool), hedger: null };
  const fetch = new HedgedFetch({ url, pool, nowMs, ...(onHedge && { onEvent: onHedge }) });
  return { fetch, hedger: fetch.hedger };
}
