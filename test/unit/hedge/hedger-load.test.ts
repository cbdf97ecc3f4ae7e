import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAULTS, HedgedPlayer, simulatedRegions } from '../../support/hedged-player.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import type { RegionFault, SimulatedRegion } from '../../support/simulated-region.ts';

/** Requests in the busiest second between two times. */
function busiest({ requests }: SimulatedRegion, fromMs: number, toMs: number): number {
  const times = requests.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs < toMs);
  let most = 0;
  let start = 0;
  for (const [end, atMs] of times.toSorted((a, b) => a - b).entries()) {
    while (times[start]! <= atMs - 1000) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

/** A generator with a seed, so that a failure can be seen again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const fault of ['refused', 'hung'] as const) {
  test(`200 players that leave a region which is ${fault} do not double the load that they are at the other`, async () => {
    const clock = new SimulatedClock({ isTold: true });
    const random = randomFrom(7);
    const regions = simulatedRegions(clock, [{}, {}]);
    const [us, eu] = regions as [SimulatedRegion, SimulatedRegion];
    const players = Array.from({ length: 200 }, () => new HedgedPlayer({ clock, regions, random }));
    for (const player of players) player.start();
    await clock.runTo(6300);
    us.fault = fault;
    await clock.runTo(11_000);
    const steady = busiest(us, 4000, 6300);
    const moving = busiest(eu, 6300, 11_000);
    assert.ok(players.every(({ hedger }) => hedger.inUse.name === 'eu-1'));
    assert.ok(moving < 2 * steady, `${moving} requests in a second, ${steady} when all is well`);
  });
}

/** A region dies just as it lists a part, which the other one has two milliseconds later. */
const JUST_LISTED = {
  places: [
    { roundTripMs: 1, lagMs: 2, windowSegments: 8 },
    { roundTripMs: 1, lagMs: 0, windowSegments: 8 },
  ] as [Place, Place],
  steps: [
    { region: 0, fault: 'none' as RegionFault, forMs: 18_432 },
    { region: 0, fault: 'held-503' as RegionFault, forMs: 10_069 },
    { region: 1, fault: 'refused' as RegionFault, forMs: 8000 },
  ],
  seed: 399_464_820,
};

/** A region hangs right after it listed a part to a player that has just gone back to the other one, which lags. */
const LISTED_ELSEWHERE = {
  places: [
    { roundTripMs: 1, lagMs: 68, windowSegments: 8 },
    { roundTripMs: 1, lagMs: 0, windowSegments: 8 },
  ] as [Place, Place],
  steps: [
    { region: 0, fault: 'none' as RegionFault, forMs: 9569 },
    { region: 0, fault: 'hung' as RegionFault, forMs: 12_432 },
    { region: 1, fault: 'hung' as RegionFault, forMs: 8000 },
  ],
  seed: 0,
};

interface Place {
  readonly roundTripMs: number;
  readonly lagMs: number;
  readonly windowSegments: number;
}

test('whatever fails in one region at a time: no part comes too late, and the player hears of nothing', async () => {
  const fault = fc.constantFrom<RegionFault>('none', ...FAULTS);
  const step = fc.record({ region: fc.nat(1), fault, forMs: fc.integer({ min: 8000, max: 20_000 }) });
  const place = fc.record({
    roundTripMs: fc.integer({ min: 1, max: 80 }),
    lagMs: fc.integer({ min: 0, max: 150 }),
    windowSegments: fc.integer({ min: 8, max: 12 }),
  });
  const world = fc.record({
    places: fc.tuple(place, place),
    steps: fc.array(step, { minLength: 1, maxLength: 5 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ places, steps, seed }) => {
      const clock = new SimulatedClock({ isTold: true });
      const regions = simulatedRegions(clock, places);
      const player = new HedgedPlayer({ clock, regions, random: randomFrom(seed) });
      player.start();
      await clock.runTo(5000);
      player.takeWorstMs();
      for (const { region, fault, forMs } of steps) {
        for (const other of regions) other.fault = 'none';
        // One loss at a time: what was lost before is well for a moment.
        await clock.runTo(clock.nowMs + 3000);
        regions[region]!.fault = fault;
        await clock.runTo(clock.nowMs + forMs);
        const worstMs = player.takeWorstMs();
        assert.ok(worstMs < 1500, `a part came ${worstMs} ms late`);
        assert.equal(player.failures, 0);
      }
    }),
    { numRuns: 15, examples: [[JUST_LISTED], [LISTED_ELSEWHERE]] },
  );
});
