/** How soon a player plays that joins while the edge nearest to it is not well. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hedger } from '../../../src/lib/hedge/hedger.ts';
import { simulatedRegions } from '../../support/hedged-player.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import type { SimulatedRegion } from '../../support/simulated-region.ts';
import { startPlayer } from '../../support/starting-player.ts';

const PLAYERS = 200;
const END_MS = 20_000;

/** Numbers of 0 to below 1, the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Startup of players with a spoilt home, one after the other, sorted. */
async function startups(spoil: (home: SimulatedRegion, random: () => number) => void): Promise<number[]> {
  const found: number[] = [];
  for (let seed = 1; seed <= PLAYERS; seed++) {
    const clock = new SimulatedClock();
    const regions = simulatedRegions(clock, [{ roundTripMs: 4 }, { roundTripMs: 80, lagMs: 100 }]);
    const random = seeded(seed);
    await clock.runTo(3000 + random() * 2000);
    spoil(regions[0]!, random);
    let tookMs: number | null = null;
    void startPlayer({ clock, regions, random }).then((ms) => {
      tookMs = ms;
    });
    await clock.runTo(clock.nowMs + END_MS);
    found.push(tookMs ?? Number.POSITIVE_INFINITY);
  }
  return found.sort((a, b) => a - b);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.95)]!;
const worst = (sorted: readonly number[]): number => sorted.at(-1)!;

test('an edge that is well is started from at once', async () => {
  const found = await startups(() => undefined);
  assert.ok(worst(found) < 100, `${worst(found)} ms`);
});

test('an edge that answers 30 % errors costs less than a second to nearly everybody', async () => {
  const found = await startups((home, random) => {
    home.fails = () => random() < 0.3;
  });
  assert.ok(p95(found) < 1000, `p95 ${p95(found)} ms, worst ${worst(found)} ms`);
  assert.ok(worst(found) < 2000, `worst ${worst(found)} ms`);
});

for (const delayMs of [450, 500, 800, 1500]) {
  test(`an edge that answers ${delayMs} ms late costs two of its answers, not one for each part`, async () => {
    const found = await startups((home) => {
      home.delayMs = delayMs;
    });
    assert.ok(worst(found) < 2 * delayMs + 1000, `worst ${worst(found)} ms`);
  });
}

/** A hedger whose home tells its pathways only when asked so often. */
function learner(clock: SimulatedClock, tellsAt: number) {
  const asked: number[] = [];
  const pathways = ['us', 'eu'].map((region) => ({
    name: `${region}-1`,
    region,
    baseUrl: `http://${region}`,
  }));
  const hedger = new Hedger(
    { homeUrl: 'http://us' },
    {
      nowMs: () => clock.nowMs,
      random: () => 0.5,
      after: (delayMs, run) => clock.after(delayMs, run),
      getText: async () => {
        asked.push(clock.nowMs);
        if (asked.length < tellsAt) throw new Error('503');
        return JSON.stringify({ version: 1, node: 'us-1', pathways });
      },
    },
  );
  hedger.follow('/live/demo/pathways.json');
  return { hedger, asked };
}

test('pathways that an edge fails to tell five times are known within a second and a half', async () => {
  const clock = new SimulatedClock();
  const { hedger } = learner(clock, 6);
  await clock.runTo(1500);
  assert.deepEqual(
    hedger.pathways.map(({ name }) => name),
    ['us-1', 'eu-1'],
  );
  hedger.close();
});

test('an edge that never tells its pathways is asked ever more seldom', async () => {
  const clock = new SimulatedClock();
  const { hedger, asked } = learner(clock, Number.POSITIVE_INFINITY);
  for (let atMs = 0; atMs <= 120_000; atMs += 5000) {
    await clock.runTo(atMs);
    askFor(hedger);
  }
  assert.ok(asked.length < 30, `${asked.length} times in two minutes`);
  assert.ok(asked.at(-1)! - asked.at(-2)! > 30_000);
  hedger.close();
});

test('a player that asks for nothing is taken for gone after a minute, and when it asks again it is there again', async () => {
  const clock = new SimulatedClock();
  const { hedger, asked } = learner(clock, 1);
  await clock.runTo(10_000);
  askFor(hedger);
  await clock.runTo(75_000);
  const before = asked.length;
  assert.ok(asked.at(-1)! > 60_000, 'a minute of nothing is not long');
  await clock.runTo(600_000);
  assert.equal(asked.length, before);
  askFor(hedger);
  await clock.runTo(630_000);
  assert.equal(asked.length, before + 2);
  hedger.close();
});

/** As a player that plays. */
function askFor(hedger: Hedger): void {
  const send = () => ({ progress: () => 0, cancel: () => undefined });
  const events = { onAnswer: () => undefined, onFailure: () => undefined };
  hedger.request({ url: 'http://us/live/demo/v/index.m3u8', kind: 'other', send }, events)();
}
