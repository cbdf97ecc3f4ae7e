import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HedgeSettings } from '../../../src/lib/hedge/hedge-settings.ts';
import { FAULTS, HedgedPlayer, simulatedRegions } from '../../support/hedged-player.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { PART_MS, type RegionFault, type SimulatedRegionOptions } from '../../support/simulated-region.ts';

type Place = Omit<SimulatedRegionOptions, 'pathway' | 'clock' | 'pathways'>;

/** A player that has played from us for five seconds. */
async function play(places: readonly Place[] = [{}, {}], settings: Partial<HedgeSettings> = {}) {
  const clock = new SimulatedClock({ isTold: true });
  const regions = simulatedRegions(clock, places);
  const player = new HedgedPlayer({ clock, regions, settings });
  player.start();
  await clock.runTo(5000);
  player.takeWorstMs();
  return { clock, player, us: regions[0]!, eu: regions[1]!, ap: regions[2]! };
}

/** Slack, jitter (half of 100 ms here) and round trips. */
const LATE_MS = 300 + 50 + 20;
/** What a fault may delay a part by; a player two seconds behind live has about 1500 ms. */
const WORST_MS: Readonly<Record<RegionFault, number>> = {
  none: 10,
  refused: 100,
  // A playlist that hangs before the part is made costs the slack; one that hangs after, up to a part more.
  hung: PART_MS + LATE_MS,
  'old-200': 100,
  'past-end': 100,
  'held-200': LATE_MS,
  'held-503': LATE_MS,
};

for (const fault of FAULTS) {
  test(`a region that is ${fault} is left in time, at every phase of the segment, and found again`, async () => {
    for (let phaseMs = 0; phaseMs < 2000; phaseMs += 170) {
      const { clock, player, us } = await play();
      await clock.runTo(6000 + phaseMs);
      us.fault = fault;
      await clock.runTo(15_000);
      const worstMs = player.takeWorstMs();
      assert.ok(worstMs <= WORST_MS[fault], `phase ${phaseMs}: a part came ${worstMs} ms late`);
      assert.deepEqual([player.hedger.inUse.name, player.failures], ['eu-1', 0], `phase ${phaseMs}`);
      us.fault = 'none';
      await clock.runTo(35_000);
      assert.deepEqual([player.hedger.inUse.name, player.switches().length], ['us-1', 2], `phase ${phaseMs}`);
      assert.ok(player.takeWorstMs() < 50, 'the way back costs nothing');
      player.hedger.close();
    }
  });
}

test('nothing is asked elsewhere while all is well, though the other region lags', async () => {
  const { clock, player, eu } = await play([{ roundTripMs: 40 }, { roundTripMs: 80, lagMs: 250 }]);
  await clock.runTo(120_000);
  assert.deepEqual(player.events, []);
  const perMin = eu.requests.length / 2;
  assert.ok(
    perMin >= 2 && perMin <= 6,
    `the second connection is kept warm with ${perMin} requests a minute`,
  );
});

test('a second loss is survived: the third region, then the first when it is back', async () => {
  const { clock, player, us, eu } = await play([{}, {}, {}]);
  us.fault = 'hung';
  await clock.runTo(8000);
  eu.fault = 'refused';
  await clock.runTo(12_000);
  assert.equal(player.hedger.inUse.name, 'ap-1');
  us.fault = 'none';
  await clock.runTo(40_000);
  assert.equal(player.hedger.inUse.name, 'us-1');
  assert.ok(player.takeWorstMs() <= WORST_MS.hung);
  assert.equal(player.failures, 0);
});

test('two regions that are lost at once are left together, with one hedge after the other', async () => {
  for (const fault of ['refused', 'hung'] as const) {
    const { clock, player, us, eu } = await play([{}, {}, {}]);
    us.fault = fault;
    eu.fault = fault;
    await clock.runTo(7000);
    player.takeWorstMs();
    const { hedges } = player.hedger.tally;
    await clock.runTo(12_000);
    assert.deepEqual([player.hedger.inUse.name, player.failures], ['ap-1', 0], fault);
    assert.deepEqual(player.hedger.tally.hedges, hedges, 'and nothing is hedged any more');
    assert.ok(player.takeWorstMs() < 50);
  }
});

test('the end of an earlier show at a cold edge ends no player: the next region has what goes on', async () => {
  const { clock, player, us, eu } = await play([{}, {}, {}]);
  eu.fault = 'past-end';
  us.fault = 'refused';
  await clock.runTo(12_000);
  assert.deepEqual([player.hedger.inUse.name, player.failures], ['ap-1', 0]);
  assert.ok(player.takeWorstMs() <= 200);
});

test('where nobody has what goes on the player hears of the failure, not of the end of an earlier show', async () => {
  const { clock, player, us, eu } = await play();
  eu.fault = 'past-end';
  us.fault = 'refused';
  await clock.runTo(9000);
  assert.ok(player.failures > 0);
  us.fault = 'none';
  await clock.runTo(14_000);
  assert.equal(player.hedger.inUse.name, 'us-1');
  player.takeWorstMs();
  await clock.runTo(18_000);
  assert.ok(player.takeWorstMs() < 50);
});

test('with every region gone the player hears of it, and plays on from the one that comes back', async () => {
  const { clock, player, us, eu } = await play();
  us.fault = 'refused';
  eu.fault = 'refused';
  await clock.runTo(8000);
  assert.ok(player.failures > 0);
  assert.ok(player.takeWorstMs() >= 2000);
  eu.fault = 'none';
  await clock.runTo(12_000);
  assert.equal(player.hedger.inUse.name, 'eu-1');
  player.takeWorstMs();
  await clock.runTo(16_000);
  assert.ok(player.takeWorstMs() < 50);
});

test('what fails now and then where the player is costs no more than the slack while the other region hangs', async () => {
  const { clock, player, us, eu } = await play();
  eu.fault = 'hung';
  await clock.runTo(6000);
  let asked = 0;
  us.fails = () => {
    asked += 1;
    return asked % 10 === 0;
  };
  await clock.runTo(30_000);
  const worstMs = player.takeWorstMs();
  assert.ok(worstMs <= LATE_MS + 100, `a part came ${worstMs} ms late`);
  assert.deepEqual([player.hedger.inUse.name, player.failures], ['us-1', 0]);
});

test('what fails once where players flee to is asked for there again, while the region that they left hangs', async () => {
  for (let failing = 1; failing <= 6; failing++) {
    const { clock, player, us, eu } = await play();
    let asked = 0;
    us.fault = 'hung';
    eu.fails = () => {
      asked += 1;
      return asked === failing;
    };
    await clock.runTo(12_000);
    const worstMs = player.takeWorstMs();
    assert.ok(worstMs <= WORST_MS.hung + LATE_MS, `request ${failing}: a part came ${worstMs} ms late`);
    assert.deepEqual([player.hedger.inUse.name, player.failures], ['eu-1', 0]);
  }
});

test('a region that fails again soon after the return is left alone for longer each time', async () => {
  const { clock, player, us } = await play();
  const awayMs: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    us.fault = 'refused';
    await clock.runTo(clock.nowMs + 2000);
    us.fault = 'none';
    const leftMs = clock.nowMs;
    while (player.hedger.inUse.name !== 'us-1') await clock.runTo(clock.nowMs + 500);
    awayMs.push(clock.nowMs - leftMs);
  }
  assert.ok(
    awayMs.every((each, at) => at === 0 || each > 1.5 * awayMs[at - 1]!),
    String(awayMs),
  );
});

test('the media sequence never goes back, though the other region has a longer window', async () => {
  const { clock, player, us } = await play([{ windowSegments: 8 }, { windowSegments: 20 }]);
  us.fault = 'refused';
  // The player throws on a media sequence that goes back.
  await clock.runTo(12_000);
  assert.equal(player.hedger.inUse.name, 'eu-1');
  assert.equal(player.failures, 0);
});

test('a planned move sets the pathway in use and asks nothing twice', async () => {
  const { clock, player, us } = await play();
  player.hedger.steer(['eu-1', 'us-1']);
  await clock.runTo(10_000);
  const before = us.requests.length;
  await clock.runTo(30_000);
  assert.deepEqual(player.switches(), ['steering eu-1']);
  assert.deepEqual(
    player.events.filter(({ kind }) => kind === 'hedge'),
    [],
  );
  assert.ok(us.requests.length - before <= 3, 'only kept warm');
});

test('a slow network raises the patience: hedges that are for nothing stop', async () => {
  const { clock, player } = await play([{ roundTripMs: 420 }, { roundTripMs: 420 }]);
  await clock.runTo(20_000);
  const before = player.hedger.tally.hedges.late;
  await clock.runTo(60_000);
  const perMin = ((player.hedger.tally.hedges.late - before) / 40) * 60;
  assert.ok(before <= 12 && perMin <= 6, `${before} at first, then ${perMin} a minute`);
});

test('an edge that is late for each part is left, though patience has grown and would wait for longer', async () => {
  const places = [{ roundTripMs: 4 }, { roundTripMs: 4, lagMs: 20 }];
  for (let phaseMs = 0; phaseMs < 500; phaseMs += 50) {
    const { clock, player, us, eu } = await play(places);
    // Both are late for a moment, so that hedges are in vain.
    for (const delayMs of [420, 0]) {
      for (const region of [us, eu]) region.delayMs = delayMs;
      await clock.runTo(clock.nowMs + 1500 + phaseMs);
    }
    const { name } = player.hedger.inUse;
    (name === 'us-1' ? us : eu).delayMs = 500;
    await clock.runTo(clock.nowMs + 3500);
    assert.notEqual(player.hedger.inUse.name, name, `phase ${phaseMs}`);
    player.hedger.close();
  }
});

test('a player far from both regions comes back, too', async () => {
  const { clock, player, us } = await play([{ roundTripMs: 420 }, { roundTripMs: 420 }]);
  await clock.runTo(20_000);
  us.fault = 'refused';
  await clock.runTo(30_000);
  assert.equal(player.hedger.inUse.name, 'eu-1');
  us.fault = 'none';
  await clock.runTo(120_000);
  assert.equal(player.hedger.inUse.name, 'us-1');
});

test('hedges are bounded when the stream stands still everywhere', async () => {
  const { clock, player, us, eu } = await play();
  us.fault = 'held-503';
  eu.fault = 'held-503';
  await clock.runTo(65_000);
  const { hedges } = player.hedger.tally;
  assert.ok(hedges.error + hedges.late + hedges.stale <= 8 + 60, JSON.stringify(hedges));
});

test('what is on none of the pathways goes to its own address, once', async () => {
  const { player } = await play();
  const asked: string[] = [];
  const answered = new Promise((resolve) => {
    player.hedger.request<{ text(): string }, never>(
      {
        url: 'http://ads.example/live/x.m3u8',
        kind: 'playlist',
        send: (url, events) => {
          asked.push(url);
          queueMicrotask(() => events.onAnswer({ text: () => '' }));
          return { progress: () => 0, cancel: () => undefined };
        },
      },
      { onAnswer: (_, won) => resolve(won), onFailure: () => resolve(null) },
    );
  });
  assert.deepEqual(await answered, { pathway: null, text: null });
  assert.deepEqual(asked, ['http://ads.example/live/x.m3u8']);
});
