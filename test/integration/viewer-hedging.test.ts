import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/lib/base/clock.ts';
import { type RunViewersOptions, runViewers } from '../../src/lib/viewer/run-viewers.ts';
import type { ViewerReport } from '../../src/lib/viewer/viewer-report.ts';
import { type LightRegion, startLightRegions } from '../support/light-regions.ts';
import type { RequestCounts } from '../support/run-light-region.ts';

interface Loss {
  readonly how: 'refuse' | 'hang';
  readonly options: Partial<RunViewersOptions> & { readonly count: number };
  readonly address: string;
  readonly partSec?: number;
  /** Whether the multivariant playlist names both regions. */
  readonly offers?: boolean;
}

interface Seen {
  /** Viewers that played when it ended. */
  readonly playing: number;
  readonly report: ViewerReport;
  readonly lostAtMs: number;
  readonly us: RequestCounts;
  readonly eu: RequestCounts;
}

/** Plays from us, which dies three seconds after the last viewer has come. */
async function loseRegion({ how, options, address, partSec = 0.5, offers = false }: Loss): Promise<Seen> {
  const regions = await startLightRegions([`${address}.1`, `${address}.2`], { partSec, offers });
  try {
    const startsPerSec = 400;
    const dieMs = (options.count / startsPerSec) * 1000 + 3000;
    let lostAtMs = 0;
    let playing = 0;
    const lose = (region: LightRegion): void => {
      lostAtMs = Date.now();
      region.die(how);
    };
    const report = await runViewers(
      {
        urls: [regions.us.url],
        durationMs: 6500,
        region: 'us',
        stream: 'test',
        rendition: 'auto',
        startsPerSec,
        ...options,
      },
      {
        clock: systemClock,
        onProgress: (progress) => {
          const { elapsedMs } = progress;
          playing = progress.playing;
          if (lostAtMs === 0 && elapsedMs >= dieMs) lose(regions.us);
        },
      },
    );
    const [us, eu] = await Promise.all([regions.us.counts(), regions.eu.counts()]);
    return { report, playing, lostAtMs, us, eu };
  } finally {
    await regions.close();
  }
}

/** Requests in the busiest second between two times. */
function busiestSecond(counts: RequestCounts, fromMs: number, toMs: number): number {
  const at = (ms: number): number => counts[ms] ?? 0;
  let most = 0;
  for (let start = Math.floor(fromMs / 100) * 100; start + 1000 <= toMs; start += 100) {
    const sum = Array.from({ length: 10 }, (_, tenth) => at(start + tenth * 100)).reduce((a, b) => a + b);
    most = Math.max(most, sum);
  }
  return most;
}

for (const how of ['refuse', 'hang'] as const) {
  test(`viewers whose region dies (${how}) play on from the other one without dead air`, async () => {
    const { report } = await loseRegion({ how, options: { count: 30 }, address: '127.205.8' });
    assert.deepEqual([report.played, report.stalls, report.deadAirMs.max], [30, 0, 0]);
    assert.deepEqual(report.hedges?.playsFrom, { eu: 30 });
    assert.equal(report.hedges?.switches, 30);
    assert.deepEqual([report.missingFrames, report.repeatedFrames, report.errors], [0, 0, 0]);
  });
}

test('viewers without the hedged loader stay with their region and run dry', async () => {
  // Long enough after the loss for the second asked for, whatever viewers had caught up until then.
  const options = { count: 10, loader: 'none' as const, durationMs: 7500 };
  const { report } = await loseRegion({ how: 'hang', options, address: '127.205.9' });
  assert.equal(report.hedges, null);
  assert.ok((report.deadAirMs.p50 ?? 0) > 1000, `dead air ${report.deadAirMs.p50}`);
});

test('viewers without the hedged loader leave a region that is lost when their playlist names another one', async () => {
  const options = { count: 10, loader: 'none' as const };
  const { report, playing } = await loseRegion({
    how: 'refuse',
    options,
    address: '127.205.9',
    offers: true,
  });
  assert.deepEqual([report.played, playing, report.missingFrames], [10, 10, 0]);
});

test('1,000 viewers that move at once do not double the load that they are', async () => {
  const { report, lostAtMs, us, eu } = await loseRegion({
    how: 'refuse',
    options: { count: 1000, durationMs: 9000 },
    address: '127.205.10',
    partSec: 2,
  });
  const steady = busiestSecond(us, lostAtMs - 2500, lostAtMs);
  const moving = busiestSecond(eu, lostAtMs, lostAtMs + 5000);
  assert.equal(report.hedges?.playsFrom.eu, 1000);
  assert.ok(steady > 700, `${steady} requests a second when all is well`);
  assert.ok(moving < 2 * steady, `${moving} requests in the busiest second, ${steady} when all is well`);
});
