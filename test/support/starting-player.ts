/** A player on a simulated clock that has just begun: what it asks for until it plays, one after the other as hls.js does. */
import type { HedgeIo } from '../../src/lib/hedge/hedge-io.ts';
import { Hedger } from '../../src/lib/hedge/hedger.ts';
import { readPlaylistEdge } from '../../src/lib/hedge/playlist-edge.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { SimulatedRegion } from './simulated-region.ts';

/** As the settings of the player page: a failed request is made again twice, then the page begins anew. */
const RETRY_MS = [200, 400];
const BEGIN_AGAIN_MS = 1000;
/** Parts from the start of a segment to live, at most. */
const PARTS = 5;

export interface StartingPlayerOptions {
  readonly clock: SimulatedClock;
  /** The first one is home. */
  readonly regions: readonly SimulatedRegion[];
  readonly random: () => number;
}

/** Starts a player; resolves with milliseconds until it has what it needs to play. The clock must be run meanwhile. */
export async function startPlayer({ clock, regions, random }: StartingPlayerOptions): Promise<number> {
  const beganMs = clock.nowMs;
  const ask = (url: string, done: (status: number, text: string) => void): (() => void) => {
    const { origin, pathname, search } = new URL(url);
    const region = regions.find(({ pathway }) => pathway.baseUrl === origin)!;
    return region.ask(`${pathname}${search}`, (answer) => done(answer?.status ?? 0, answer?.text ?? ''));
  };
  const io: HedgeIo = {
    nowMs: () => clock.nowMs,
    random,
    after: (delayMs, run) => clock.after(delayMs, run),
    getText: (url) =>
      new Promise((resolve, reject) =>
        ask(url, (status, text) => (status === 200 ? resolve(text) : reject(new Error(`${status}`)))),
      ),
  };
  const homeUrl = regions[0]!.pathway.baseUrl;
  const hedger = new Hedger({ homeUrl }, io);
  hedger.follow('/live/demo/pathways.json');
  const get = (path: string, kind: 'playlist' | 'media' | 'other'): Promise<string | null> =>
    new Promise((resolve) => {
      hedger.request(
        {
          url: `${homeUrl}${path}`,
          kind,
          send: (url, events) => {
            const cancel = ask(url, (status, text) =>
              status === 200 ? events.onAnswer({ text: () => text }) : events.onFailure(status),
            );
            return { progress: () => 0, cancel };
          },
        },
        {
          onAnswer: (answer, { text }) => resolve(text ?? answer.text()),
          onFailure: () => resolve(null),
        },
      );
    });
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const load = async (path: string, kind: 'playlist' | 'media' | 'other'): Promise<string> => {
    for (const waitMs of RETRY_MS) {
      const text = await get(path, kind);
      if (text !== null) return text;
      await pause(waitMs);
    }
    const text = await get(path, kind);
    if (text === null) throw new Error(path);
    return text;
  };
  for (;;) {
    try {
      await load('/live/demo/master.m3u8', 'other');
      const edge = readPlaylistEdge(await load('/live/demo/v/index.m3u8', 'playlist'))!;
      await load('/live/demo/v/init.mp4', 'media');
      const until = edge.nextMsn * 4 + edge.nextPart;
      for (let part = until - PARTS; part < until; part += 1)
        await load(`/live/demo/v/${Math.floor(part / 4)}.${part % 4}.m4s`, 'media');
      hedger.close();
      return clock.nowMs - beganMs;
    } catch {
      await pause(BEGIN_AGAIN_MS);
    }
  }
}
