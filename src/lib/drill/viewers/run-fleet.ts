/**
 * A fleet of simulated viewers, each asking the edges of its own region. The only file of this folder that knows how a
 * viewer is run.
 */
import { systemClock } from '../../base/clock.ts';
import { HLS_CONFIG } from '../../player/hls-config.ts';
import type { Connect } from '../../viewer/connection.ts';
import type { ViewerLoader } from '../../viewer/create-fetch.ts';
import { PlaylistCache } from '../../viewer/playlist-cache.ts';
import { SimulatedViewer } from '../../viewer/simulated-viewer.ts';
import type { Joining, ViewerFleet, ViewerSight } from './viewer-sight.ts';

export interface FleetOptions {
  /** Multivariant playlists on the edges of a region, or else of the others, but for those nodes. */
  readonly urlsOf: (region: string, avoid: readonly string[]) => readonly string[];
  readonly loader: ViewerLoader;
  readonly connect: Connect;
}

interface Member {
  readonly id: number;
  readonly region: string;
  readonly joinedMs: number;
  readonly viewer: SimulatedViewer;
  readonly running: Promise<void>;
}

const TICK_MS = 25;
const GOLDEN_RATIO = 0.618_033_988_749;

/** Creates a fleet without viewers. */
export function createFleet(options: FleetOptions): ViewerFleet {
  return new Fleet(options);
}

class Fleet implements ViewerFleet {
  readonly #options: FleetOptions;
  readonly #members: Member[] = [];
  readonly #playlists = new PlaylistCache();
  readonly #arrivals = new Set<NodeJS.Timeout>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  join({ region, count, withinMs, avoid }: Joining): void {
    const beganMs = performance.now();
    let begun = 0;
    const tick = (): void => {
      const share = withinMs <= 0 ? 1 : (performance.now() - beganMs + TICK_MS) / withinMs;
      const due = Math.min(count, Math.ceil(share * count));
      for (; begun < due; begun++) this.#start(region, avoid);
      if (begun < count) return;
      clearInterval(timer);
      this.#arrivals.delete(timer);
    };
    const timer = setInterval(tick, TICK_MS);
    this.#arrivals.add(timer);
    tick();
  }

  sight(): readonly ViewerSight[] {
    const nowMs = systemClock.nowMs();
    return this.#members.map((member) => sightOf(member, nowMs));
  }

  async close(): Promise<void> {
    for (const timer of this.#arrivals) clearInterval(timer);
    for (const { viewer } of this.#members) viewer.stop();
    await Promise.all(this.#members.map(({ running }) => running));
  }

  #start(region: string, avoid: readonly string[]): void {
    const { urlsOf, loader, connect } = this.#options;
    const urls = urlsOf(region, avoid);
    const id = this.#members.length;
    const viewer = new SimulatedViewer(
      {
        url: new URL(urls[id % urls.length]!),
        choice: { rendition: 'auto', share: (id * GOLDEN_RATIO) % 1 },
        maxRate: HLS_CONFIG.maxLiveSyncPlaybackRate,
        loader,
      },
      { clock: systemClock, connect, playlists: this.#playlists },
    );
    const joinedMs = systemClock.nowMs();
    this.#members.push({ id, region, joinedMs, viewer, running: viewer.run() });
  }
}

function sightOf({ id, region, joinedMs, viewer }: Member, nowMs: number): ViewerSight {
  viewer.buffer?.advance(nowMs);
  const { requests, missingFrames, repeatedFrames } = viewer.totals;
  let errors = 0;
  for (const count of viewer.errors.values()) errors += count;
  return {
    id,
    region,
    playsFrom: viewer.playsFrom?.region || null,
    joinedMs,
    startupMs: viewer.startupMs,
    state: viewer.state,
    aheadMs: viewer.buffer?.aheadMs ?? 0,
    liveEdgeSec: viewer.liveEdgeSec(nowMs),
    deadAirMs: viewer.buffer?.deadAirMs ?? 0,
    errors,
    requests,
    missingFrames,
    repeatedFrames,
  };
}
