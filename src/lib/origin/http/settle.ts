import type { HostedStream } from '../hosted-stream.ts';
import type { Verdict } from '../window/judge-request.ts';
import type { Exchange } from './reply.ts';

/** A request that may have to wait. `judge` is asked again after every change of the stream. */
export interface Pending {
  readonly hosted: HostedStream;
  readonly exchange: Exchange;
  judge(): Verdict;
}

/**
 * Waits until a request can be answered, and gives the status to answer with; null when the client has gone.
 * A request that can be answered now takes no turn of the event loop.
 */
export async function settle(
  deps: { nowMs(): number },
  { hosted, exchange, judge }: Pending,
): Promise<200 | 400 | 404 | 503 | null> {
  const startedMs = deps.nowMs();
  for (;;) {
    const verdict = judge();
    if (verdict.outcome === 'serve') return 200;
    if (verdict.outcome === 'refuse') return verdict.status;
    const leftMs = startedMs + verdict.limitMs - deps.nowMs();
    if (leftMs <= 0) return verdict.status;
    if (isUnknown(hosted)) return 404;
    const againMs = Math.max(1, (verdict.againMs ?? Number.POSITIVE_INFINITY) - deps.nowMs());
    const held = (): boolean => judge().outcome !== 'wait' || isUnknown(hosted);
    const wait = hosted.live.signal.wait(held, Math.min(leftMs, againMs));
    exchange.res.once('close', wait.cancel);
    await wait.held;
    exchange.res.removeListener('close', wait.cancel);
    if (exchange.res.destroyed) return null;
  }
}

/** Nobody has the stream and nobody had it a moment ago, when a pipeline may just be starting again. */
const isUnknown = ({ absent, live }: HostedStream): boolean => absent && live.lastPartMs() === null;
