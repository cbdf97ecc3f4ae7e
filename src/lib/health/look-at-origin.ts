/** What one node sees of another node's origin: the network side of judging nodes. Keeps no connection open. */
import http from 'node:http';
import type { Peer } from '../nodes/node-config.ts';

/** Any HTTP answer; a refused connection; nothing in time, or a connection that broke. */
export type Sight = 'alive' | 'refused' | 'silent';

/** The JSON of an agent's `GET /v1/observe?node=NAME`. */
export interface ObserveReport {
  readonly version: 1;
  /** Who looked, and at whom. */
  readonly observer: string;
  readonly node: string;
  readonly saw: Sight;
}

type Place = Pick<Peer, 'address' | 'ports'>;

/**
 * An origin that plays answers within a few milliseconds, also on a busy machine, and after two round trips (connection and
 * request): 225 ms each is the other side of the earth. A frozen one never does.
 */
const LOOK_TIMEOUT_MS = 450;
/** An observer's own look, and the way there and back. */
const ASK_TIMEOUT_MS = LOOK_TIMEOUT_MS + 250;
const MAX_REPORT_BYTES = 4096;

/** Looks at an origin by its status. Never rejects. */
export function lookAtOrigin({ address, ports }: Place): Promise<Sight> {
  return new Promise((resolve) => {
    const url = `http://${address}:${ports.origin}/status`;
    const request = http.get(
      url,
      { agent: false, signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) },
      (response) => {
        resolve('alive');
        response.destroy();
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'),
    );
  });
}

/** Asks an agent to look at a node's origin; null when it does not say. Never rejects. */
export async function askObserver({ address, ports }: Place, node: string): Promise<Sight | null> {
  const url = `http://${address}:${ports.agent}/v1/observe?${new URLSearchParams({ node })}`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const text = await response.text();
    if (!response.ok || text.length > MAX_REPORT_BYTES) return null;
    const { saw, node: about } = JSON.parse(text) as Partial<ObserveReport>;
    const isSight = saw === 'alive' || saw === 'refused' || saw === 'silent';
    return isSight && about === node ? saw : null;
  } catch {
    return null;
  }
}
