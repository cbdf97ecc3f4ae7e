/** The network side of collecting: one bounded GET, one bounded TCP connect. Keeps no connection open. */
import http from 'node:http';
import net from 'node:net';
import { type Endpoint, type Reach, reachDirectly } from '../base/reach.ts';
import type { CollectDeps, PortState } from './collect-cluster.ts';

const MAX_REPORT_BYTES = 8 * 1024 * 1024;

/** Creates what `collectCluster` needs to ask real nodes. */
export function createAskNode(nowMs: () => number, reach: Reach = reachDirectly): CollectDeps {
  return {
    fetchJson: (url, timeoutMs) => fetchJson(url, timeoutMs, reach),
    probePort: createProbe(reach),
    nowMs,
  };
}

/** Fetches a small JSON document. Rejects, with words for an operator, when it does not come whole in time. */
export async function fetchJson(
  url: string,
  timeoutMs: number,
  reach: Reach = reachDirectly,
): Promise<unknown> {
  const place = await placeOf(url, reach);
  return await new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: NodeJS.ErrnoException) => reject(new Error(wordFailure(error, timeoutMs)));
    const request = http.get(url, { ...place, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_REPORT_BYTES) response.destroy(new Error('sent more than a report'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode !== 200) return fail(new Error(`answered ${response.statusCode}`));
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch {
          fail(new Error('answered something that is not JSON'));
        }
      });
    });
    request.on('error', fail);
  });
}

/** Nothing for a URL that is reached as it is, else the socket to use. */
async function placeOf(url: string, reach: Reach): Promise<{ socketPath?: string }> {
  const { hostname, port } = new URL(url);
  const endpoint = await reach(hostname, Number(port));
  return 'path' in endpoint ? { socketPath: endpoint.path } : {};
}

/** A refusal comes back through a forwarded socket as a hang-up, after a way there and back. */
const HANG_UP_MS = 300;

/** Tries to connect, and hangs up at once. */
export const probePort = createProbe(reachDirectly);

/** Creates the same for nodes that are reached in another way. */
function createProbe(reach: Reach): CollectDeps['probePort'] {
  return async (address, port, timeoutMs) => {
    const endpoint = await reach(address, port).catch(() => null);
    return endpoint === null ? 'silent' : await probeEndpoint(endpoint, timeoutMs);
  };
}

function probeEndpoint(endpoint: Endpoint, timeoutMs: number): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = net.connect(endpoint);
    const done = (state: PortState) => {
      socket.destroy();
      resolve(state);
    };
    socket.setTimeout(timeoutMs, () => done('silent'));
    if ('path' in endpoint) {
      socket.resume();
      socket.on('connect', () => setTimeout(() => done('open'), HANG_UP_MS));
      socket.on('close', () => done('refused'));
    } else socket.on('connect', () => done('open'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'ECONNREFUSED' ? 'refused' : 'silent'),
    );
  });
}

function wordFailure(error: NodeJS.ErrnoException, timeoutMs: number): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ECONNRESET') return 'connection closed before the answer came';
  return error.message;
}
