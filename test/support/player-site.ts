/** The player page and a synthetic stream behind one address, as an edge would have them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPlayer } from '../../bin/build-player.ts';
import type { StreamStateReport } from '../../src/lib/player/stream-state.ts';
import { makeRealVideo } from './real-media.ts';
import { PART_SEC, startSyntheticOrigin, syntheticZeroMs } from './synthetic-origin.ts';

/** Files of the page as built into a folder, by path, with their type. */
export async function loadPageFiles(www: string): Promise<Map<string, readonly [string, Buffer]>> {
  const files = new Map<string, readonly [string, Buffer]>();
  for (const [path, [file, type]] of Object.entries(FILES)) {
    files.set(path, [type, await readFile(join(www, file))]);
  }
  return files;
}

export interface PlayerSite {
  readonly watchUrl: string;
  /** What state.json says; `offline` answers 404 to everything of the stream. */
  state: StreamStateReport['state'] | 'offline';
  /** Whether its playlists say that it has ended; 20 s of media and more are there, and it goes on by the clock afterwards. */
  isOver: boolean;
  close(): Promise<void>;
}

const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/watch/test': ['watch.html', 'text/html; charset=utf-8'],
  '/assets/player.js': ['assets/player.js', 'text/javascript'],
  '/assets/hedged-loader.js': ['assets/hedged-loader.js', 'text/javascript'],
  '/assets/player.css': ['assets/player.css', 'text/css'],
};

/** Builds the page and starts serving it. */
export async function startPlayerSite(address: string): Promise<PlayerSite> {
  const www = await mkdtemp(join(tmpdir(), 'streamctl-www-'));
  await buildPlayer(join(import.meta.dirname, '../..'), www);
  const files = await loadPageFiles(www);
  await rm(www, { recursive: true });
  const zeroMs = syntheticZeroMs();
  let overAtMs = Number.POSITIVE_INFINITY;
  const site = {
    state: 'live' as PlayerSite['state'],
    get isOver() {
      return overAtMs < Number.POSITIVE_INFINITY;
    },
    set isOver(isOver) {
      overAtMs = isOver ? Date.now() : Number.POSITIVE_INFINITY;
    },
  };
  const intercept = (path: string, response: ServerResponse): boolean => {
    const file = files.get(path);
    if (file !== undefined) return answer(response, ...file);
    if (site.state === 'offline') return answer(response, 'text/plain', null);
    if (!path.endsWith('/state.json')) return false;
    return answer(response, 'application/json', JSON.stringify(stateReport(site.state)));
  };
  const tracks = [await makeRealVideo()];
  const endsAfterParts = (): number => Math.floor((overAtMs - zeroMs) / (PART_SEC * 1000));
  const origin = await startSyntheticOrigin({ address, tracks, intercept, zeroMs, endsAfterParts });
  return Object.assign(site, { watchUrl: new URL('/watch/test', origin.url).href, close: origin.close });
}

export function stateReport(state: StreamStateReport['state'], node = 'us-1'): StreamStateReport {
  const region = node.split('-')[0]!;
  return { version: 1, stream: 'test', state, sinceMs: 0, node, region, nowMs: Date.now() };
}

/** Answers with 200, or 404 without a body, to pages of others too. */
export function answer(response: ServerResponse, type: string, body: string | Buffer | null): true {
  response.writeHead(body === null ? 404 : 200, {
    'content-type': type,
    'content-length': body === null ? 0 : Buffer.byteLength(body),
    'access-control-allow-origin': '*',
  });
  response.end(body ?? undefined);
  return true;
}
