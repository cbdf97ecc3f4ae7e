import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { PlaylistText } from '../playlist-texts.ts';

/** A request and its response, as every handler gets them. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Media of a name never changes: RFC 8216bis Appendix B asks for long caching of it. */
const MEDIA_CACHE = 'public, max-age=86400, immutable';

/** Answers with a status and its reason in one line; errors near the live edge may be cached for a second. */
export function replyStatus({ res }: Exchange, status: number, reason: string): void {
  const body = Buffer.from(`${reason}\n`);
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': status === 404 ? 'public, max-age=1' : 'no-store',
    'access-control-allow-origin': '*',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  res.end(body);
}

/** Answers OPTIONS of any viewer-facing URL (CORS preflight). */
export function replyOptions({ res }: Exchange): void {
  res.writeHead(204, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': '*',
    'access-control-max-age': '86400',
  });
  res.end();
}

/** Answers with JSON that is true only now. */
export function replyJson({ res }: Exchange, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
  });
  res.end(body);
}

/** Answers with a playlist, compressed when the client takes gzip. `cacheControl` as the caller decides. */
export function replyPlaylist({ req, res }: Exchange, text: PlaylistText, cacheControl: string): void {
  const gzip = /\bgzip\b/.test(String(req.headers['accept-encoding'] ?? ''));
  const body = gzip ? text.gzipped() : text.plain;
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/vnd.apple.mpegurl',
    'content-length': body.length,
    'cache-control': cacheControl,
    'access-control-allow-origin': '*',
    vary: 'accept-encoding',
  };
  if (gzip) headers['content-encoding'] = 'gzip';
  res.writeHead(200, headers);
  res.end(body);
}

/** Headers of a part, segment or init segment; writes them, or a 304 when the client has the same bytes. */
export function startMedia(
  { req, res }: Exchange,
  media: { readonly tag: string; readonly bytes: number; readonly audio: boolean },
): boolean {
  const etag = `"${media.tag}-${media.bytes.toString(36)}"`;
  const headers: OutgoingHttpHeaders = {
    etag,
    'cache-control': MEDIA_CACHE,
    'access-control-allow-origin': '*',
  };
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304, headers);
    res.end();
    return false;
  }
  headers['content-type'] = media.audio ? 'audio/mp4' : 'video/mp4';
  headers['content-length'] = media.bytes;
  res.writeHead(200, headers);
  return true;
}
