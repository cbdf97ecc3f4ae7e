import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSight } from '../../../../src/lib/drill/cluster-sight.ts';
import {
  type ClusterMarks,
  findDuties,
  measureCluster,
  type Spell,
} from '../../../../src/lib/drill/judge/measure-cluster.ts';
import type { Health } from '../../../../src/lib/health/report.ts';

const FAULT_MS = 100_000;
const HEALED_MS = 115_000;
const ORIGINS = ['us-1', 'eu-1', 'eu-3'];

interface SightChanges extends Partial<ClusterSight> {
  readonly down?: readonly string[];
  /** Holders of replicas. */
  readonly on?: readonly string[];
}

const CONTROL = {
  ...{ controller: 'us-1', token: 1, store: 'us-1', followers: 0, epoch: 1, wanted: 2 },
  ...{ verdicts: [], placed: null },
};

function sight(atMs: number, { down = [], on = ['us-1', 'eu-1'], ...more }: SightChanges = {}): ClusterSight {
  const healthOf = (name: string): Health => (down.includes(name) ? 'down' : 'up');
  return {
    ...{
      atMs,
      state: 'live',
      feeds: [],
      ingests: 1,
      unequal: [],
      control: { ...CONTROL, placed: on },
    },
    nodes: [...ORIGINS, 'us-2', 'eu-2'].map((name) => ({
      ...{
        name,
        region: name.slice(0, 2),
        roles: [ORIGINS.includes(name) ? 'origin' : 'edge'] as const,
        health: healthOf(name),
        reasons: [],
      },
    })),
    replicas: on.map((node) => ({
      ...{ node, region: node.slice(0, 2), health: healthOf(node), reasons: [], shed: [] },
    })),
    ...more,
  };
}

/** The only store is on the node that is lost. */
const STORE_LOST = ((): ClusterSight => {
  const before = sight(FAULT_MS - 100);
  const nodes = before.nodes.map((node) =>
    node.name === 'eu-1' ? { ...node, roles: ['store', 'origin'] as const } : node,
  );
  return { ...before, nodes };
})();

const change = (node: string, atMs: number, from: string, afterMs = 9_000) => ({
  ...{ node, from: [], supply: null, change: { atMs, from, to: 'us-1', afterMs } },
});

const SPELL: Spell = {
  ...{ fromMs: FAULT_MS, untilMs: FAULT_MS + 60_000, healedMs: HEALED_MS },
  ...{ touchedNodes: ['eu-1'], lostNodes: ['eu-1'], deadNodes: ['eu-1'], mediaNodes: ['eu-1'] },
};

/** Marks of one fault that is `spell`, or of `spells`. */
function marks(
  since: readonly ClusterSight[],
  { spell, ...more }: Partial<ClusterMarks> & { spell?: Partial<Spell> } = {},
): ClusterMarks {
  return {
    ...{ before: sight(FAULT_MS - 100), since, wasCutOff: false, spells: [{ ...SPELL, ...spell }] },
    ...more,
  };
}

test('a dead node is noticed when the controller says so, by its own clock', () => {
  const verdicts = [{ node: 'eu-1', state: 'down', sinceMs: FAULT_MS + 900 }];
  const control = { ...CONTROL, verdicts };
  const { detectMs, detectedBy } = measureCluster(marks([sight(FAULT_MS + 1_300, { control })]));
  assert.deepEqual([detectMs, detectedBy], [900, 'controller']);
});

test('a verdict from before the fault, or on another node, is none on it', () => {
  const verdicts = [
    { node: 'eu-1', state: 'down', sinceMs: FAULT_MS - 5_000 },
    { node: 'us-1', state: 'down', sinceMs: FAULT_MS + 900 },
    { node: 'eu-1', state: 'unknown', sinceMs: FAULT_MS + 900 },
  ];
  const control = { ...CONTROL, verdicts };
  assert.equal(measureCluster(marks([sight(FAULT_MS + 1_300, { control })])).detectMs, null);
});

test('what is broken and still speaks notices itself', () => {
  const replicas = [
    { node: 'eu-1', region: 'eu', health: 'down', reasons: ['no new part'], shed: [] },
  ] as const;
  const alive = { spell: { lostNodes: [], deadNodes: [] } };
  const seen = measureCluster(marks([sight(FAULT_MS + 700, { replicas })], alive));
  assert.deepEqual([seen.detectMs, seen.detectedBy], [700, 'eu-1']);
});

test('of several faults each is noticed by itself, and the slowest counts', () => {
  const edge = { touchedNodes: ['eu-2'], lostNodes: ['eu-2'], deadNodes: ['eu-2'], mediaNodes: [] };
  const secondMs = FAULT_MS + 15_000;
  const first = { ...SPELL, ...edge, untilMs: secondMs, healedMs: FAULT_MS + 8_000 };
  const second = { ...SPELL, fromMs: secondMs, untilMs: secondMs + 60_000, healedMs: secondMs + 8_000 };
  const seen = (spells: readonly Spell[], sinceMs: number) => {
    const control = { ...CONTROL, verdicts: [{ node: 'eu-1', state: 'down', sinceMs }] };
    const since = [sight(FAULT_MS + 4_000), sight(sinceMs + 300, { control })];
    return measureCluster(marks(since, { spells })).detectMs;
  };
  assert.equal(seen([first, second], secondMs + 1_300), 1_300, 'from its own fault, not from the first');
  const both = [{ ...first, ...SPELL, healedMs: FAULT_MS + 8_000, untilMs: secondMs }, second];
  assert.equal(seen(both, secondMs + 1_300), null, 'one that had to be noticed was not');
});

test('what one fault makes due is not owed for another', () => {
  const long = { ...SPELL, touchedNodes: ['eu-2'], lostNodes: ['eu-2'], deadNodes: ['eu-2'] };
  const short = { ...SPELL, fromMs: HEALED_MS + 1_000, healedMs: HEALED_MS + 3_000 };
  const { detect, replace } = findDuties(
    marks([sight(FAULT_MS + 500), sight(HEALED_MS + 2_000)], { spells: [long, short] }),
  );
  assert.deepEqual([detect, replace], [false, false]);
});

test('the change of feed that counts is the first of each relay, the slowest of them, and none after the heal', () => {
  const since = [
    sight(FAULT_MS + 800, {
      feeds: [change('us-2', FAULT_MS + 400, 'eu-1'), change('eu-2', FAULT_MS + 520, 'eu-1')],
    }),
    sight(FAULT_MS + 3_000, { feeds: [change('us-2', FAULT_MS + 2_900, 'eu-1')] }),
    sight(HEALED_MS + 500, { feeds: [change('eu-2', HEALED_MS + 300, 'eu-1')] }),
  ];
  assert.equal(measureCluster(marks(since)).switchMs, 520);
});

test('a feed that fails only later is measured from its last part', () => {
  const feeds = [change('us-2', FAULT_MS + 2_600, 'eu-1', 610)];
  assert.equal(measureCluster(marks([sight(FAULT_MS + 2_800, { feeds })])).switchMs, 610);
});

test('a relay without viewers changes its feed when it likes: nobody waits for it', () => {
  const feeds = [change('eu-9', FAULT_MS + 2_600, 'eu-1'), change('us-2', FAULT_MS + 300, 'eu-1')];
  assert.equal(measureCluster(marks([sight(FAULT_MS + 3_000, { feeds })])).switchMs, 300);
});

test('a change away from what did not break is no answer to the fault', () => {
  const feeds = [change('us-2', FAULT_MS + 400, 'us-1')];
  assert.equal(measureCluster(marks([sight(FAULT_MS + 800, { feeds })])).switchMs, null);
});

test('redundancy is restored when as many replicas serve as before, on whatever node', () => {
  const since = [
    sight(FAULT_MS + 500, { down: ['eu-1'] }),
    sight(FAULT_MS + 4_000, { down: ['eu-1'], on: ['us-1'] }),
    sight(FAULT_MS + 6_000, { down: ['eu-1'], on: ['us-1', 'eu-3'] }),
  ];
  assert.equal(measureCluster(marks(since)).replaceMs, 6_000);
  assert.equal(measureCluster(marks(since.slice(0, 2))).replaceMs, null);
});

test('slate and return are the slowest of all cuts that were long enough to see', () => {
  const spells = [
    { ...SPELL, untilMs: FAULT_MS + 10_000, healedMs: FAULT_MS + 1_000 },
    { ...SPELL, fromMs: FAULT_MS + 10_000, healedMs: FAULT_MS + 20_000 },
  ];
  const since = [
    sight(FAULT_MS + 400),
    sight(FAULT_MS + 10_900, { state: 'slate' }),
    sight(FAULT_MS + 21_400, { state: 'live' }),
  ];
  const seen = measureCluster(marks(since, { spells, wasCutOff: true }));
  assert.deepEqual([seen.slateMs, seen.returnMs, seen.slateForMs], [900, 1_400, 10_500]);
});

test('slate and return are dated by the replica where it says since when, not by when somebody looked', () => {
  const spells = [{ ...SPELL, healedMs: FAULT_MS + 10_000 }];
  const slate = sight(FAULT_MS + 900, { state: 'slate', stateSinceMs: FAULT_MS + 620 });
  const times = (stateSinceMs: number | null) => {
    const live = sight(FAULT_MS + 11_900, { state: 'live', stateSinceMs });
    const { slateMs, returnMs } = measureCluster(marks([slate, live], { spells, wasCutOff: true }));
    return [slateMs, returnMs];
  };
  assert.deepEqual(times(FAULT_MS + 11_300), [620, 1_300]);
  assert.deepEqual(times(null), [620, 1_900]);
  const connected = [{ ...spells[0]!, returnedMs: FAULT_MS + 10_800 }];
  const live = sight(FAULT_MS + 11_900, { state: 'live', stateSinceMs: FAULT_MS + 11_300 });
  const seen = measureCluster(marks([slate, live], { spells: connected, wasCutOff: true }));
  assert.equal(seen.returnMs, 500, 'from when the publisher connected, where that is known');
  // A word of before the return is about something else.
  assert.deepEqual(times(FAULT_MS - 5_000), [620, 1_900]);
});

for (const [what, more, expected] of [
  ['a dead origin must be noticed, and replaced where there is a spare node', {}, [true, true]],
  ['a dead edge is no business of the controller', { spell: { deadNodes: ['eu-2'] } }, [false, true]],
  ['nobody judges without the store', { since: [sight(FAULT_MS + 500, { control: null })] }, [false, false]],
  [
    'nobody judges while the store is lost, though the command still reads it',
    { before: STORE_LOST },
    [false, false],
  ],
  [
    'what was over at once need not be noticed',
    { spell: { untilMs: FAULT_MS + 9_000, healedMs: FAULT_MS + 900 } },
    [false, false],
  ],
] as const) {
  test(what, () => {
    const { detect, replace } = findDuties(marks([sight(FAULT_MS + 500)], more as Partial<ClusterMarks>));
    assert.deepEqual([detect, replace], expected);
  });
}
