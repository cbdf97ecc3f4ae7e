/** The agent's HTTP: nginx's hooks and the node's status (ARCHITECTURE.md, "The way of control"). */
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { isOwnAddress } from '../base/own-address.ts';
import { lookAtOrigin, type ObserveReport } from '../health/look-at-origin.ts';
import { admit, clientOf, type HookForm } from './admission.ts';
import type { AgentState } from './agent-state.ts';
import { placePublisher } from './place-publisher.ts';
import { createReport } from './report.ts';

export interface AgentServerOptions {
  readonly state: AgentState;
  /** Looks again at once. */
  readonly poke: () => void;
}

const MAX_BODY_BYTES = 16 * 1024;
const EPOCH = /^\d{12,15}$/;

/** Creates the server without listening. Hook bodies hold stream keys: nothing here logs a request. */
export function createAgentServer({ state, poke }: AgentServerOptions): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  );
  server.setErrorHandler((_error, _request, reply) => reply.code(400).send({ error: 'bad request' }));
  server.get('/v1/status', () => createReport(state));
  // What this node goes by, for operators while the store is away.
  server.get('/v1/ring', () => {
    const { ring, placed } = state.known;
    return { version: 1, node: state.deps.config.node.name, ring, placed: Object.fromEntries(placed) };
  });
  // What this node sees of another: asked by the controller when that one is silent.
  server.get<{ Querystring: { node?: string } }>('/v1/observe', async (request, reply) => {
    const report = await observe(state, request.query.node ?? '');
    return await (report === null ? reply.code(404).send({ error: 'no such node' }) : reply.send(report));
  });
  server.post('/hooks/publish', async (request, reply) => {
    if (!isFromNode(request, state)) return await reply.code(403).send();
    await answerPublish(state, parseForm(request.body), reply);
    // A stream that nobody could place is started by the owners as soon as they see it.
    poke();
    return reply;
  });
  server.post('/hooks/publish-done', async (request, reply) => {
    if (!isFromNode(request, state)) return await reply.code(403).send();
    state.sessions.noteLeft(clientOf(parseForm(request.body)));
    poke();
    return await reply.code(200).send();
  });
  // nginx asks each second whether a publisher may stay, and lets it when nobody answers.
  server.post('/hooks/update', async (request, reply) => {
    if (!isFromNode(request, state)) return await reply.code(403).send();
    return await reply.code(state.cutOff.has(clientOf(parseForm(request.body))) ? 403 : 200).send();
  });
  return server;
}

async function observe({ deps }: AgentState, node: string): Promise<ObserveReport | null> {
  const peer = deps.config.peers.find(({ name }) => name === node);
  if (peer === undefined) return null;
  return { version: 1, observer: deps.config.node.name, node, saw: await lookAtOrigin(peer) };
}

async function answerPublish(state: AgentState, form: HookForm, reply: FastifyReply): Promise<FastifyReply> {
  const { config, store, clock, log } = state.deps;
  const { known, sessions } = state;
  const place = (stream: string, region: string) =>
    placePublisher(stream, { config, store, known, clock, log, region });
  const { node, peers } = config;
  const verdict = await admit(form, { node, peers, store, known, sessions, place, clock, log });
  if ('admitted' in verdict) {
    log.info({ stream: verdict.admitted, from: form.clientAddress }, 'publisher admitted');
    // A plain name in Location makes nginx rename the stream from its key.
    return await reply.code(302).header('location', verdict.admitted).send();
  }
  if (verdict.refused !== 'notReady') state.refused[verdict.refused] += 1;
  log.warn({ why: verdict.refused, from: form.clientAddress }, 'publisher refused');
  return await reply.code(403).send();
}

function isFromNode(request: FastifyRequest, state: AgentState): boolean {
  return isOwnAddress(request.socket.remoteAddress, state.deps.config.node.address);
}

function parseForm(body: unknown): HookForm {
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  return {
    name: form.get('name') ?? '',
    clientAddress: form.get('addr') ?? '',
    clientId: form.get('clientid') ?? '',
    epochMs: parseEpoch(form.get('epoch')),
  };
}

/** The play path's `epoch`, which nginx hands on as a field of its own: a whole number, or nothing. */
function parseEpoch(text: string | null): number | null {
  return text !== null && EPOCH.test(text) ? Number(text) : null;
}
