/**
 * A region for a thousand simulated viewers, in a process of its own: one made-up rendition, texts made once a part,
 * blocked requests answered all together. Counts what it is asked. See light-regions.ts.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { Pathway } from '../../src/lib/hedge/pathway.ts';
import { formatMediaPlaylist } from '../../src/lib/hls/format-media-playlist.ts';
import {
  formatMultivariantPlaylist,
  type MultivariantPlaylist,
} from '../../src/lib/hls/multivariant-playlist.ts';
import { withPathways } from '../../src/lib/hls/with-pathways.ts';
import { makeFragment, makeInit } from './fragment.ts';

export interface LightRegionSettings {
  readonly pathway: Pathway;
  readonly pathways: readonly Pathway[];
  readonly zeroMs: number;
  readonly partSec: number;
  /** Whether the multivariant playlist names both regions. */
  readonly offers: boolean;
}

/** Requests of media and playlists by tenth of a second, Unix milliseconds of its start. */
export type RequestCounts = Readonly<Record<string, number>>;

const PARTS = 2;
const WINDOW = 8;

const { pathway, pathways, zeroMs, partSec, offers } = JSON.parse(process.argv[2]!) as LightRegionSettings;
const counts: Record<string, number> = {};
let hung = false;
let waiting: { readonly edge: number; readonly response: ServerResponse }[] = [];
let text = { edge: -1, full: '' };

const edgeNow = (): number => Math.floor((Date.now() - zeroMs) / (partSec * 1000));

function send(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function playlist(): string {
  const edge = edgeNow();
  if (text.edge === edge) return text.full;
  const last = Math.floor((edge - 1) / PARTS);
  const segments = Array.from({ length: WINDOW }, (_, at) => {
    const msn = last - WINDOW + 1 + at;
    const count = Math.min(PARTS, edge - msn * PARTS);
    return {
      msn,
      uri: count === PARTS ? `${msn}.m4s` : null,
      durationSec: count * partSec,
      programDateTimeMs: zeroMs + msn * PARTS * partSec * 1000,
      discontinuity: false,
      mapUri: 'init.mp4',
      parts: Array.from({ length: at > WINDOW - 4 ? count : 0 }, (_, part) => ({
        uri: `${msn}.${part}.m4s`,
        durationSec: partSec,
        independent: part === 0,
      })),
    };
  });
  const full = formatMediaPlaylist({
    version: 9,
    targetDurationSec: PARTS * partSec,
    independentSegments: true,
    serverControl: {
      canBlockReload: true,
      partHoldBackSec: 3 * partSec,
      holdBackSec: 6 * partSec,
      canSkipUntilSec: null,
    },
    partTargetSec: partSec,
    mediaSequence: segments[0]!.msn,
    discontinuitySequence: 0,
    skippedSegments: 0,
    segments,
    preloadHintUri: null,
    renditionReports: [],
    ended: false,
  });
  text = { edge, full };
  return full;
}

function answer(path: string, response: ServerResponse): void {
  const url = new URL(path, 'http://region');
  if (path.endsWith('/pathways.json')) {
    send(response, JSON.stringify({ version: 1, node: pathway.name, pathways }));
    return;
  }
  const tenth = Math.floor(Date.now() / 100) * 100;
  counts[tenth] = (counts[tenth] ?? 0) + 1;
  const ready = { '/live/test/index.m3u8': multivariant, '/live/test/v/init.mp4': init }[path];
  if (ready !== undefined) {
    send(response, ready);
    return;
  }
  if (url.pathname.endsWith('.m3u8')) {
    const wanted =
      Number(url.searchParams.get('_HLS_msn') ?? 0) * PARTS + Number(url.searchParams.get('_HLS_part') ?? 0);
    if (wanted >= edgeNow()) waiting.push({ edge: wanted, response });
    else send(response, playlist());
    return;
  }
  const [msn = 0, part = Number.NaN] = url.pathname.split('/').at(-1)!.split('.').map(Number);
  const parts = Number.isNaN(part) ? Array.from({ length: PARTS }, (_, at) => at) : [part];
  const fragments = parts.map((at) => makeFragment((msn * PARTS + at) * 90_000 * partSec, durations, 500));
  send(response, Buffer.concat(fragments));
}

const init = makeInit(90_000);
const durations = Array.from({ length: 30 * partSec }, () => 3000);
const playlistOfOne: MultivariantPlaylist = {
  version: 9,
  independentSegments: true,
  variants: [
    {
      uri: 'v/index.m3u8',
      bandwidth: 500_000,
      codecs: 'avc1.42c01f',
      width: 640,
      height: 360,
      frameRate: 30,
      audioGroup: null,
    },
  ],
  audio: [],
};
const others = pathways.filter(({ name }) => name !== pathway.name);
const multivariant = formatMultivariantPlaylist(
  offers
    ? withPathways(playlistOfOne, {
        home: pathway.name,
        others: others.map(({ name, baseUrl }) => ({ name, baseUri: `${baseUrl}/live/test/` })),
        first: pathway.name,
        serverUri: 'steering.json',
      })
    : playlistOfOne,
);

const server = createServer((request, response) => {
  if (!hung) answer(request.url ?? '', response);
});
setInterval(() => {
  const edge = edgeNow();
  const due = waiting.filter((each) => each.edge < edge);
  if (hung || due.length === 0) return;
  waiting = waiting.filter((each) => each.edge >= edge);
  for (const { response } of due) send(response, playlist());
}, 5);

process.on('message', (word) => {
  if (word === 'hang') hung = true;
  if (word === 'refuse') {
    server.close();
    server.closeAllConnections();
  }
  if (word === 'counts') process.send?.(counts);
});
const { hostname, port } = new URL(pathway.baseUrl);
server.listen({ host: hostname, port: Number(port), backlog: 4096 }, () => process.send?.('ready'));
