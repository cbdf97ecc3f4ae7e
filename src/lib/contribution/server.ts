/** The daemon's HTTP: contract in ARCHITECTURE.md, "Contribution". */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isOwnAddress } from '../base/own-address.ts';
import { readBody } from '../base/read-body.ts';
import { STREAM_NAME } from '../base/stream-name.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface ContributionServerOptions {
  readonly registry: SessionRegistry;
  /** The node's address: sessions are changed from there alone. */
  readonly address: string;
  readonly waitMs?: number;
}

const WAIT_MS = 30_000;

/** Creates the server without listening. */
export function createContributionServer(options: ContributionServerOptions): Server {
  const server = createServer((request, response) => {
    void handle(options, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400).end();
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  // A response lasts as long as its session.
  server.requestTimeout = 0;
  return server;
}

async function handle(
  options: ContributionServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { registry } = options;
  const url = new URL(request.url ?? '/', 'http://node');
  const [, collection, name = '', more] = url.pathname.split('/');
  const route = more === undefined ? `${request.method} /${collection}` : '';
  if (route === 'GET /sessions' && name === '') return sendJson(response, { sessions: registry.list() });
  if (!STREAM_NAME.test(name)) return sendStatus(response, 404);
  if (route === 'GET /sessions') {
    const session = registry.find(name);
    return session === null ? sendStatus(response, 404) : sendJson(response, session);
  }
  if (route === 'GET /contribution') return await subscribe(options, name, response);
  if (!isOwnAddress(request.socket.remoteAddress, options.address)) return sendStatus(response, 403);
  switch (route) {
    case 'PUT /sessions':
      await registry.open({ stream: name, ...parseSession(await readBody(request)) });
      return sendStatus(response, 204);
    case 'DELETE /sessions':
      return sendStatus(response, registry.closeSession(name, url.searchParams.get('client')) ? 204 : 404);
    case 'POST /hooks': {
      const pulled = new URLSearchParams(await readBody(request)).get('name') ?? '';
      return sendStatus(response, name === 'play' && registry.notePull(pulled) ? 200 : 403);
    }
    default:
      return sendStatus(response, 404);
  }
}

function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

async function subscribe(
  options: ContributionServerOptions,
  stream: string,
  response: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  const timer = setTimeout(() => left.abort(), options.waitMs ?? WAIT_MS);
  response.once('close', () => left.abort());
  const session = await options.registry.waitForSession(stream, left.signal);
  clearTimeout(timer);
  if (response.destroyed) return;
  if (session === null) response.writeHead(204).end();
  else session.subscribe(response);
}

interface SessionBody {
  readonly sessionId: number;
  readonly client: string;
  readonly clientAddress: string;
  readonly keyId: string;
  readonly placed: boolean;
  readonly saidEpochMs: number | null;
}

function parseSession(text: string): SessionBody {
  const value = JSON.parse(text) as Record<string, unknown> | null;
  const sessionId = value?.sessionId;
  if (typeof sessionId !== 'number' || !Number.isSafeInteger(sessionId)) throw new Error('no sessionId');
  const field = (name: string): string => (typeof value?.[name] === 'string' ? value[name] : '');
  return {
    sessionId,
    client: field('client'),
    clientAddress: field('clientAddress'),
    keyId: field('keyId'),
    placed: value?.placed !== false,
    saidEpochMs: typeof value?.saidEpochMs === 'number' ? value.saidEpochMs : null,
  };
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
