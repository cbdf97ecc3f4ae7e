/** The network side of collecting: one bounded GET, one bounded TCP connect. Keeps no connection open. */
import http from 'node:http';
import net from 'node:net';
import type { CollectDeps, PortState } from './collect-cluster.ts';

const MAX_REPORT_BYTES = 8 * 1024 * 1024;

/** Creates what `collectCluster` needs to ask real nodes. */
export function createAskNode(nowMs: () => number): CollectDeps {
  return { fetchJson, probePort, nowMs };
}

/** Fetches a small JSON document. Rejects, with words for an operator, when it does not come whole in time. */
export function fetchJson(url: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: NodeJS.ErrnoException) => reject(new Error(wordFailure(error, timeoutMs)));
    const request = http.get(url, { agent: false, signal }, (response) => {
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

/** Tries to connect, and hangs up at once. */
export function probePort(address: string, port: number, timeoutMs: number): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const done = (state: PortState) => {
      socket.destroy();
      resolve(state);
    };
    socket.setTimeout(timeoutMs, () => done('silent'));
    socket.on('connect', () => done('open'));
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
