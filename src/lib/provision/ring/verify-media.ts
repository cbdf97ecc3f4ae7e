/** Playing a stream through one origin before anybody depends on it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../../base/errors.ts';
import type { MediaPlaylist } from '../../hls/media-playlist.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Observation, RenditionObservation } from '../../probe/observation.ts';
import { observeStream } from '../../probe/observe-stream.ts';

export interface VerifiedMedia {
  readonly stream: string;
  readonly renditions: number;
  /** Bytes of the newest segment and its parts, of all renditions. */
  readonly bytes: number;
}

export interface VerifyOptions {
  readonly stream: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Long enough for two parts of a playlist that advances. */
const WATCH_SEC = 1.2;
const RETRY_MS = 200;

/**
 * Plays a live stream through a node's origin, which relays it: every playlist must advance, and a segment and its
 * parts must come. Tries again until the time is over; then throws UNHEALTHY with what went wrong last.
 */
export async function verifyMedia(node: Peer, options: VerifyOptions): Promise<VerifiedMedia> {
  const { renditions } = await observeAdvancing(node, { ...options, watchSec: WATCH_SEC });
  const bytes = renditions.flatMap(mediaOf).reduce((sum, { body }) => sum + body.length, 0);
  return { stream: options.stream, renditions: renditions.length, bytes };
}

/** The same, with what was seen; playlists are watched for `watchSec`, and for one part at least. */
export async function observeAdvancing(
  node: Peer,
  options: VerifyOptions & { readonly watchSec: number },
): Promise<Observation> {
  const { stream, timeoutMs, signal, watchSec } = options;
  const url = `http://${node.address}:${node.ports.origin}/live/${stream}/index.m3u8`;
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const seen = await watch(url, { durationSec: watchSec, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    });
    if (typeof seen !== 'string') return seen;
    if (performance.now() > deadlineMs) {
      throw new StreamctlError('UNHEALTHY', `play ${stream} through ${node.name}: ${seen}`, {
        hint: `Read streamctl logs ${node.name}, then run the command again: it continues.`,
        details: { node: node.name, stream, url },
      });
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** What came, or in words what did not. */
async function watch(
  url: string,
  options: { readonly durationSec: number; readonly signal: AbortSignal },
): Promise<Observation | string> {
  const observation = await observeStream(url, options);
  for (const rendition of observation.renditions) {
    const { uri, loads } = rendition;
    const [first, last] = [loads[0]!.playlist, loads.at(-1)!.playlist];
    if (partsIn(last) <= partsIn(first)) return `the playlist ${uri} does not advance`;
    const got = mediaOf(rendition);
    const missing = got.find(({ status, body }) => status !== 200 || body.length === 0);
    if (got.length === 0) return `the playlist ${uri} lists no segment with parts yet`;
    if (missing !== undefined) return `get ${missing.url}: the answer is ${missing.status}`;
  }
  return observation.renditions.length === 0 ? 'it has no rendition yet' : observation;
}

function mediaOf({ segment }: RenditionObservation) {
  return segment === null ? [] : [segment.whole, ...segment.parts];
}

/** Grows with every part. */
function partsIn({ mediaSequence, segments }: MediaPlaylist): number {
  const last = segments.at(-1);
  return last === undefined
    ? mediaSequence * 1000
    : last.msn * 1000 + (last.uri === null ? last.parts.length : 999);
}
