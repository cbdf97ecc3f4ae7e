import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSight } from '../../../../src/lib/drill/cluster-sight.ts';
import { SteadyJudge, type SteadyWanted, wordSteady } from '../../../../src/lib/drill/judge/steady-state.ts';
import type { ViewerSight } from '../../../../src/lib/drill/viewers/viewer-sight.ts';

const WANTED: SteadyWanted = {
  ...{
    viewers: 2,
    replicas: 2,
    ingests: 2,
    followers: 0,
    nodesUp: ['us-1'],
    behindSec: 3,
    calmMs: 3_000,
    mayHaveFinished: false,
  },
};

function viewer(id: number, more: Partial<ViewerSight> = {}): ViewerSight {
  return {
    ...{ id, region: 'us', playsFrom: null, joinedMs: 0, startupMs: 100, state: 'playing' as const },
    ...{ aheadMs: 1200, liveEdgeSec: 1.6, deadAirMs: 0, errors: 0, requests: 1 },
    ...{ missingFrames: 0, repeatedFrames: 0 },
    ...more,
  };
}

function sight(more: Partial<ClusterSight> = {}): ClusterSight {
  const replica = (node: string) => ({ node, region: 'us', health: 'up' as const, reasons: [], shed: [] });
  return {
    ...{ atMs: 5_000, state: 'live', feeds: [], ingests: 2, unequal: [], control: null },
    nodes: [{ name: 'us-1', region: 'us', roles: ['edge'], health: 'up', reasons: [] }],
    replicas: [replica('us-1'), replica('eu-1')],
    ...more,
  };
}

function judge(
  first: ViewerSight[],
  last: ViewerSight[],
  now: ClusterSight | null,
  more: Partial<SteadyWanted> = {},
) {
  const samples = [
    { atMs: 2_000, viewers: first },
    { atMs: 5_000, viewers: last },
  ];
  return new SteadyJudge({ ...WANTED, ...more }).take(samples, now).faults;
}

const well = [viewer(1), viewer(2)];

test('viewers who play without a stall, and a cluster that is whole, are steady', () => {
  assert.deepEqual(judge(well, well, sight()), []);
});

for (const [what, first, last, now, expected] of [
  [
    'a viewer without a picture',
    well,
    [viewer(1), viewer(2, { state: 'stalled' })],
    sight(),
    /1 viewer of 2 without/,
  ],
  ['a viewer who is missing', [viewer(1)], [viewer(1)], sight(), /1 viewer of 2 without/],
  [
    'a viewer who stalled meanwhile',
    well,
    [viewer(1), viewer(2, { deadAirMs: 40 })],
    sight(),
    /1 viewer stalled/,
  ],
  [
    'a viewer who has just begun',
    [viewer(1), viewer(2, { startupMs: null })],
    well,
    sight(),
    /have not played for 3 s/,
  ],
  [
    'viewers far behind',
    well,
    well.map((one) => ({ ...one, liveEdgeSec: 4 })),
    sight(),
    /4\.0 s behind live/,
  ],
  ['a stream that is not live', well, well, sight({ state: 'slate' }), /the stream is slate/],
  ['too few replicas', well, well, sight({ replicas: [] }), /0 of 2 replicas up/],
  [
    'an edge that serves otherwise',
    well,
    well,
    sight({ unequal: ['eu-2: it has 480p'] }),
    /eu-2: it has 480p/,
  ],
  ['a publisher that is in at one region', well, well, sight({ ingests: 1 }), /comes in at 1 of 2 ingests/],
  ['a cluster that does not answer', well, well, null, /has not answered/],
] as const) {
  test(`${what}: not steady`, () => {
    const faults = judge([...first], [...last], now);
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, expected);
  });
}

const SHED = 'shed to keep up with real time: 720p';
const shedding = (node: string, reasons: readonly string[] = [SHED]) => ({
  ...{ node, region: 'us', health: 'degraded' as const, reasons, shed: ['720p'] },
});

test('replicas that leave the same renditions out are worth as much as one another', () => {
  const now = sight({ replicas: [shedding('us-1'), shedding('eu-1')] });
  assert.deepEqual(judge(well, well, now), []);
  const sample = { atMs: 0, viewers: well };
  assert.match(wordSteady(sample, now, ['us']), /without 720p, which this machine is too small for/);
  assert.doesNotMatch(wordSteady(sample, sight(), ['us']), /without/);
});

test('one replica that leaves more out than the other: not steady', () => {
  const whole = { node: 'eu-1', region: 'eu', health: 'up' as const, reasons: [], shed: [] };
  const faults = judge(well, well, sight({ replicas: [shedding('us-1'), whole] }));
  assert.deepEqual(faults, ['eu-1 makes all renditions, us-1 all renditions but 720p, to keep up']);
});

test('a replica with anything else wrong than a shorter ladder does not count', () => {
  const behind = shedding('us-1', [SHED, 'the encoder is 2.1 s behind real time']);
  assert.match(judge(well, well, sight({ replicas: [behind, shedding('eu-1')] }))[0]!, /1 of 2 replicas up/);
});

test('a node that is not up is named with its reason', () => {
  const nodes = [
    { name: 'us-1', region: 'us', roles: ['edge'], health: 'degraded', reasons: ['disk'] },
  ] as const;
  assert.deepEqual(judge(well, well, sight({ nodes: [...nodes] })), ['us-1 is degraded: disk']);
});

test('it holds since the cluster was whole, not only since viewers play', () => {
  const steady = new SteadyJudge(WANTED);
  const samples = [
    { atMs: 2_000, viewers: well },
    { atMs: 5_000, viewers: well },
  ];
  steady.take(samples, sight({ atMs: 4_000, state: 'slate' }));
  assert.deepEqual(steady.take(samples, sight({ atMs: 4_800 })), { faults: [], sinceMs: 4_800 });
  assert.equal(steady.take(samples, sight({ atMs: 5_200 })).sinceMs, 4_800);
});

test('those who watched a stream to its end need no picture', () => {
  const finished = [viewer(1, { state: 'finished' }), viewer(2)];
  assert.deepEqual(judge(well, finished, sight(), { mayHaveFinished: true }), []);
});
