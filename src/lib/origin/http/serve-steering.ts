import type { SteeringQuery } from '../steering/steering.ts';
import { type Exchange, replyJson, replyStatus } from './reply.ts';
import type { ServeDeps } from './serve-playlist.ts';

const BUCKET = /^\d{1,2}$/;

/** Tells a player which edge to prefer, and when to ask again; 404 for a home that is no edge of this cluster. */
export async function serveSteering(
  deps: ServeDeps,
  exchange: Exchange,
  { stream, query }: { readonly stream: string; readonly query: string },
): Promise<void> {
  if (deps.streams.get(stream) === undefined) return replyStatus(exchange, 404, 'no such stream');
  const asked = parseQuery(query);
  const manifest = asked === null ? null : await deps.steering.answer(stream, asked);
  if (manifest === null) replyStatus(exchange, 404, 'steering needs the home of the player: home=EDGE');
  else replyJson(exchange, manifest);
}

/** `_HLS_pathway` is the player's word (RFC 8216bis section 7.1); the rest is ours, from RELOAD-URI. */
function parseQuery(query: string): SteeringQuery | null {
  const values = new URLSearchParams(query);
  const home = values.get('home');
  const bucket = values.get('bucket') ?? '';
  if (home === null) return null;
  const inUse = values.get('_HLS_pathway')?.replaceAll('"', '') ?? null;
  const left = values.get('left') ?? '';
  return { home, inUse, left, bucket: BUCKET.test(bucket) ? Number(bucket) : null };
}
