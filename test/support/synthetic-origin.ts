/**
 * A tiny LL-HLS server for tests of players: it makes fragments up as the clock goes, or serves fragments that it
 * is given. It shares the project's playlist formatter and nothing else with the real origin.
 *
 * Trap: without a preload hint, hls.js 1.7 misplaces the first part of a segment when the window slides, and stalls.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatMediaPlaylist } from '../../src/lib/hls/format-media-playlist.ts';
import type { MediaPlaylist, PlaylistSegment } from '../../src/lib/hls/media-playlist.ts';
import {
  formatMultivariantPlaylist,
  type MultivariantPlaylist,
} from '../../src/lib/hls/multivariant-playlist.ts';
import { type PathwayVariants, withPathways } from '../../src/lib/hls/with-pathways.ts';
import { makeFragment, makeInit } from './fragment.ts';

/** Parts are numbered from 0 over all segments. */
export interface SyntheticTrack {
  readonly id: string;
  readonly kind: 'video' | 'audio';
  readonly codecs: string;
  readonly init: Buffer;
  readonly part: (index: number) => Buffer;
}

export interface SyntheticOriginOptions {
  /** Loopback address to listen on. */
  readonly address: string;
  readonly tracks?: readonly SyntheticTrack[];
  /** Answers a request itself when it returns true: for faults. */
  readonly intercept?: (path: string, response: ServerResponse) => boolean;
  /** Tracks that the multivariant playlist names now; all unless told. */
  readonly listed?: () => readonly SyntheticTrack[];
  /** Parts there are before the stream ends, as of now: infinitely many when it goes on, which it does unless told. */
  readonly endsAfterParts?: () => number;
  /** Pathways that the multivariant playlist names; none unless told. */
  readonly pathways?: PathwayVariants;
  /** A free one unless told. */
  readonly port?: number;
  /** Unix milliseconds of part 0, for origins that have the same stream; 20 s ago unless told. */
  readonly zeroMs?: number;
  /** The clock by which media comes; a stream whose clock stands still is frozen. */
  readonly nowMs?: () => number;
  /** What a blocking reload gets that waits for too long: the playlist as it is after 5 s unless told. */
  readonly blocking?: () => { readonly limitMs: number; readonly status: 200 | 503 };
  /** Every answer is so much later, as over a long way. */
  readonly delayMs?: number;
  /** Key and certificate (PEM): https instead of http. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface SyntheticOrigin {
  /** Multivariant playlist. */
  readonly url: string;
  close(): Promise<void>;
}

export const PART_SEC = 0.5;
const PARTS = 4;
const WINDOW_SEGMENTS = 8;
const PARTS_AT_START = 40;
const BLOCKING = { limitMs: 5000, status: 200 } as const;

/** Made-up video at 30 frames a second. */
export function madeUpTrack(id: string, kind: 'video' | 'audio'): SyntheticTrack {
  const durations = Array.from({ length: 15 }, () => 3000);
  return {
    id,
    kind,
    codecs: kind === 'video' ? 'avc1.42c01f' : 'mp4a.40.2',
    init: makeInit(90_000),
    part: (index) => makeFragment(index * 45_000, durations, 2000),
  };
}

/** Starts on a free port; 20 s of media are there already. */
export async function startSyntheticOrigin(options: SyntheticOriginOptions): Promise<SyntheticOrigin> {
  const tracks = options.tracks ?? [madeUpTrack('360p', 'video'), madeUpTrack('audio', 'audio')];
  const stream = new SyntheticStream(tracks, options);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.intercept?.(request.url ?? '', response)) return;
    stream.answer(request, response).catch(() => response.destroy());
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.delayMs === undefined) answer(request, response);
    else setTimeout(() => answer(request, response), options.delayMs);
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${options.address}:${port}/live/test/index.m3u8`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A stream that has 20 s of media now. */
export function syntheticZeroMs(): number {
  return Date.now() - PARTS_AT_START * PART_SEC * 1000;
}

class SyntheticStream {
  readonly #tracks: readonly SyntheticTrack[];
  readonly #listed: () => readonly SyntheticTrack[];
  readonly #pathways: PathwayVariants | undefined;
  readonly #endsAfterParts: () => number;
  readonly #zeroMs: number;
  readonly #nowMs: () => number;
  readonly #blocking: NonNullable<SyntheticOriginOptions['blocking']>;

  constructor(tracks: readonly SyntheticTrack[], options: SyntheticOriginOptions) {
    this.#tracks = tracks;
    this.#listed = options.listed ?? (() => tracks);
    this.#pathways = options.pathways;
    this.#endsAfterParts = options.endsAfterParts ?? (() => Number.POSITIVE_INFINITY);
    this.#zeroMs = options.zeroMs ?? syntheticZeroMs();
    this.#nowMs = options.nowMs ?? Date.now;
    this.#blocking = options.blocking ?? (() => BLOCKING);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://test');
    response.setHeader('access-control-allow-origin', '*');
    if (url.pathname === '/live/test/index.m3u8') return send(response, this.#multivariant());
    const match = /^\/live\/test\/([\w]+)\/([\w.]+)$/.exec(url.pathname);
    const track = this.#tracks.find((each) => each.id === match?.[1]);
    if (track === undefined || match === null) return refuse(response, 404);
    if (match[2] === 'index.m3u8') {
      const text = await this.#mediaPlaylist(url.searchParams);
      return text === null ? refuse(response, 503) : send(response, text);
    }
    if (match[2] === 'init.mp4') return send(response, track.init);
    const [msn, part] = match[2]!.split('.').map(Number);
    const index = (msn ?? 0) * PARTS + (Number.isNaN(part) ? 0 : (part ?? 0));
    if (index >= this.#edge()) return refuse(response, 404);
    const count = Number.isNaN(part) ? PARTS : 1;
    return send(
      response,
      Buffer.concat(Array.from({ length: count }, (_, offset) => track.part(index + offset))),
    );
  }

  #edge(): number {
    const parts = Math.floor((this.#nowMs() - this.#zeroMs) / (PART_SEC * 1000));
    return Math.min(parts, this.#endsAfterParts());
  }

  /** Null: what was asked for did not come in time. */
  async #mediaPlaylist(query: URLSearchParams): Promise<string | null> {
    const wanted = Number(query.get('_HLS_msn') ?? 0) * PARTS + Number(query.get('_HLS_part') ?? 0);
    const startedMs = Date.now();
    while (this.#edge() <= wanted && this.#edge() < this.#endsAfterParts()) {
      const { limitMs, status } = this.#blocking();
      if (Date.now() - startedMs >= limitMs) {
        if (status === 503) return null;
        break;
      }
      await sleep(5);
    }
    return formatMediaPlaylist(this.#playlist(this.#edge()));
  }

  #playlist(edge: number): MediaPlaylist {
    const lastMsn = Math.floor((edge - 1) / PARTS);
    const first = Math.max(0, Math.floor(edge / PARTS) - WINDOW_SEGMENTS);
    return {
      version: 9,
      targetDurationSec: PARTS * PART_SEC,
      independentSegments: true,
      serverControl: {
        canBlockReload: true,
        partHoldBackSec: 3 * PART_SEC,
        holdBackSec: 6,
        canSkipUntilSec: null,
      },
      partTargetSec: PART_SEC,
      mediaSequence: first,
      discontinuitySequence: 0,
      skippedSegments: 0,
      segments: Array.from({ length: lastMsn - first + 1 }, (_, offset) =>
        this.#segment(first + offset, edge),
      ),
      preloadHintUri: `${Math.floor(edge / PARTS)}.${edge % PARTS}.m4s`,
      renditionReports: [],
      ended: edge === this.#endsAfterParts(),
    };
  }

  #segment(msn: number, edge: number): PlaylistSegment {
    const count = Math.min(PARTS, edge - msn * PARTS);
    const listed = msn * PARTS > edge - 3 * PARTS ? count : 0;
    return {
      msn,
      uri: count === PARTS ? `${msn}.m4s` : null,
      durationSec: count * PART_SEC,
      programDateTimeMs: this.#zeroMs + msn * PARTS * PART_SEC * 1000,
      discontinuity: false,
      mapUri: 'init.mp4',
      parts: Array.from({ length: listed }, (_, part) => ({
        uri: `${msn}.${part}.m4s`,
        durationSec: PART_SEC,
        independent: part === 0,
      })),
    };
  }

  #multivariant(): string {
    const listed = this.#listed();
    const audio = listed.find((track) => track.kind === 'audio');
    const videos = listed.filter((track) => track.kind === 'video');
    const playlist: MultivariantPlaylist = {
      version: 9,
      independentSegments: true,
      variants: videos.map((track) => ({
        uri: `${track.id}/index.m3u8`,
        bandwidth: 500_000,
        codecs: audio === undefined ? track.codecs : `${track.codecs},${audio.codecs}`,
        width: 640,
        height: 360,
        frameRate: 30,
        audioGroup: audio === undefined ? null : 'sound',
      })),
      audio:
        audio === undefined
          ? []
          : [{ groupId: 'sound', name: 'sound', uri: `${audio.id}/index.m3u8`, isDefault: true }],
    };
    return formatMultivariantPlaylist(
      this.#pathways === undefined ? playlist : withPathways(playlist, this.#pathways),
    );
  }
}

function send(response: ServerResponse, body: string | Buffer): void {
  const type = typeof body === 'string' ? 'application/vnd.apple.mpegurl' : 'video/mp4';
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refuse(response: ServerResponse, status: 404 | 503): void {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
}
