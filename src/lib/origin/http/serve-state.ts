import type { StreamStateReport } from '../../health/report.ts';
import { type Exchange, replyJson, replyStatus } from './reply.ts';
import type { ServeDeps } from './serve-playlist.ts';

interface StateDeps extends ServeDeps {
  readonly node: string;
  readonly region: string;
}

/** Tells a viewer's page the stream's state and where it is served from; 404 for a stream that is not here. */
export function serveState(deps: StateDeps, exchange: Exchange, stream: string): void {
  const status = deps.streams.get(stream)?.live.status ?? null;
  if (status === null) {
    replyStatus(exchange, 404, 'no such stream');
    return;
  }
  const { state, sinceMs } = status;
  const { node, region } = deps;
  const report: StreamStateReport = { version: 1, stream, state, sinceMs, node, region, nowMs: deps.nowMs() };
  replyJson(exchange, report);
}
