import { setTimeout as sleep } from 'node:timers/promises';
import type { OriginReport } from '../src/lib/health/report.ts';
import type { BenchContext } from './context.ts';
import { atMost, type Figure } from './figure.ts';
import { slope } from './statistics.ts';

const SAMPLE_MS = 5000;
/** The recording of the bench's spec is a minute long: after two the window is full and nothing should grow. */
const WARM_UP_MS = 120_000;
/** Noise of a process's resident memory; growth under it can't be told from none. */
const NOISE_MIB = 10;

export interface MemoryWatch {
  stop(): Promise<Figure[]>;
}

/** Watches the resident memory of every origin while the other measurements run. */
export function startMemoryWatch({ cluster, startedMs }: BenchContext): MemoryWatch {
  const stop = new AbortController();
  const points: [number, number][] = [];
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const elapsedMs = performance.now() - startedMs;
      const bytes = await Promise.all(cluster.originUrls.map(rssBytes)).catch(() => null);
      if (bytes !== null && elapsedMs > WARM_UP_MS)
        points.push([elapsedMs / 60_000, Math.max(...bytes) / 2 ** 20]);
      await sleep(SAMPLE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stop.abort();
      await watching;
      return [growth(points)];
    },
  };
}

async function rssBytes(origin: string): Promise<number> {
  const response = await fetch(`${origin}/status`, { signal: AbortSignal.timeout(2000) });
  return ((await response.json()) as OriginReport).rssBytes;
}

function growth(points: readonly (readonly [number, number])[]): Figure {
  const minutes = points.length < 2 ? 0 : points.at(-1)![0] - points[0]![0];
  const perMinute = slope(points);
  const enough = minutes >= 5 && perMinute !== null;
  const seen =
    points.length === 0 ? '' : `, ${points[0]![1].toFixed(0)} → ${points.at(-1)![1].toFixed(0)} MiB`;
  return {
    name: 'memory of the largest origin, growth in 30 minutes',
    unit: 'MiB',
    value: enough ? perMinute * 30 : null,
    must: atMost(NOISE_MIB),
    aim: atMost(NOISE_MIB),
    detail: enough
      ? `line through ${points.length} samples over ${minutes.toFixed(0)} min${seen}; under ${NOISE_MIB} MiB is noise`
      : `needs 7 minutes or more, watched ${minutes.toFixed(1)}${seen}: run with --full`,
  };
}
