import { StreamctlError } from '../base/errors.ts';
import type { MediaPlaylist, PlaylistSegment } from '../hls/media-playlist.ts';
import { type MultivariantPlaylist, parseMultivariantPlaylist } from '../hls/multivariant-playlist.ts';
import { parseMediaPlaylist } from '../hls/parse-media-playlist.ts';
import { onlyPathway } from '../hls/with-pathways.ts';
import { loadResponse } from './load-response.ts';
import type { Observation, PlaylistLoad, RenditionObservation, Response } from './observation.ts';

export interface ObserveOptions {
  /** Seconds of blocking reloads. */
  readonly durationSec: number;
  readonly signal?: AbortSignal;
}

const text = ({ body }: Response): string => Buffer.from(body).toString();

/**
 * Watches every rendition of a multivariant playlist for some seconds. Throws NOT_FOUND, UNHEALTHY or NONCONFORMANT
 * when there is no playlist to judge.
 */
export async function observeStream(url: string, options: ObserveOptions): Promise<Observation> {
  const response = await loadOk(url, options);
  // The other pathways are other edges: each is looked at by itself.
  const playlist = onlyPathway(parseMultivariantPlaylist(text(response)));
  const renditions = listRenditions(playlist).map((one) =>
    observeRendition(new URL(one.uri, url).href, one, options),
  );
  return { multivariant: { response, playlist }, renditions: await Promise.all(renditions) };
}

type Named = Pick<RenditionObservation, 'uri' | 'kind'>;

function listRenditions(playlist: MultivariantPlaylist): Named[] {
  const found = new Map<string, Named>();
  for (const { uri } of playlist.variants) found.set(uri, { uri, kind: 'video' });
  for (const { uri } of playlist.audio) if (uri !== null) found.set(uri, { uri, kind: 'audio' });
  return [...found.values()];
}

async function observeRendition(
  url: string,
  named: Named,
  options: ObserveOptions,
): Promise<RenditionObservation> {
  const loads: PlaylistLoad[] = [await loadPlaylist(url, options)];
  const deadline = performance.now() + options.durationSec * 1000;
  while (performance.now() < deadline) {
    const { playlist } = loads.at(-1)!;
    if (playlist.ended || playlist.serverControl?.canBlockReload !== true) break;
    loads.push(await loadPlaylist(url, options, nextPart(playlist)));
  }
  const { playlist } = loads.at(-1)!;
  return {
    ...named,
    loads,
    delta: await observeDelta(url, options),
    refusals: playlist.ended ? null : await observeRefusals(url, playlist, options),
    ...(await observeMedia(url, playlist, options)),
  };
}

/** The part that follows the last one listed. */
function nextPart({ segments, mediaSequence }: MediaPlaylist): { msn: number; part: number } {
  const last = segments.at(-1);
  if (last === undefined) return { msn: mediaSequence, part: 0 };
  return last.uri === null ? { msn: last.msn, part: last.parts.length } : { msn: last.msn + 1, part: 0 };
}

async function loadPlaylist(
  url: string,
  { signal }: ObserveOptions,
  asked: { msn: number; part: number } | null = null,
): Promise<PlaylistLoad> {
  const full = asked === null ? url : withQuery(url, `_HLS_msn=${asked.msn}&_HLS_part=${asked.part}`);
  const response = await loadOk(full, signal === undefined ? {} : { signal });
  return { response, playlist: parseMediaPlaylist(text(response)), asked };
}

async function observeDelta(url: string, options: ObserveOptions): Promise<RenditionObservation['delta']> {
  const { playlist: full } = await loadPlaylist(url, options);
  if ((full.serverControl?.canSkipUntilSec ?? null) === null) return null;
  const response = await loadOk(withQuery(url, '_HLS_skip=YES'), options);
  return { full, update: parseMediaPlaylist(text(response)) };
}

async function observeRefusals(
  url: string,
  playlist: MediaPlaylist,
  { signal }: ObserveOptions,
): Promise<RenditionObservation['refusals']> {
  const ahead = await loadResponse(withQuery(url, `_HLS_msn=${nextPart(playlist).msn + 10}`), signal);
  const malformed = await loadResponse(withQuery(url, '_HLS_part=0'), signal);
  return { ahead: ahead.status, malformed: malformed.status };
}

async function observeMedia(
  url: string,
  playlist: MediaPlaylist,
  { signal }: ObserveOptions,
): Promise<Pick<RenditionObservation, 'init' | 'segment'>> {
  const load = (uri: string): Promise<Response> => loadResponse(new URL(uri, url).href, signal);
  const { mapUri, segment } = chooseMedia(playlist);
  return {
    init: mapUri === null ? null : await load(mapUri),
    segment:
      segment === null
        ? null
        : {
            whole: await load(segment.uri!),
            parts: await Promise.all(segment.parts.map(({ uri }) => load(uri))),
          },
  };
}

/**
 * The newest whole segment whose parts are listed, null when there is none, and the URI of its own init segment: the
 * segment that has begun since may have another.
 */
export function chooseMedia({ segments }: Pick<MediaPlaylist, 'segments'>): {
  readonly segment: PlaylistSegment | null;
  readonly mapUri: string | null;
} {
  const segment = segments.findLast(({ uri, parts }) => uri !== null && parts.length > 0) ?? null;
  return { segment, mapUri: (segment ?? segments.at(-1))?.mapUri ?? null };
}

function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

async function loadOk(url: string, { signal }: { signal?: AbortSignal }): Promise<Response> {
  const response = await loadResponse(url, signal);
  if (response.status === 200) return response;
  const code = response.status === 404 ? 'NOT_FOUND' : response.status >= 500 ? 'UNHEALTHY' : 'NONCONFORMANT';
  throw new StreamctlError(code, `get ${url}: the answer is ${response.status}`);
}
