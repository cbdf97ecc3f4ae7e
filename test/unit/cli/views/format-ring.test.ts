import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { PlanReport } from '../../../../src/lib/cli/ring/plan-report.ts';
import { formatRingPage } from '../../../../src/lib/cli/ring/ring-page.ts';
import { textWidth } from '../../../../src/lib/cli/views/fit-text.ts';
import { formatLocations } from '../../../../src/lib/cli/views/format-locations.ts';
import { formatRingHistory } from '../../../../src/lib/cli/views/format-ring-history.ts';
import { formatRingLesson } from '../../../../src/lib/cli/views/format-ring-lesson.ts';
import { formatRingPlan } from '../../../../src/lib/cli/views/format-ring-plan.ts';
import { COLOURED, type Paint, PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import { formatRingSvg } from '../../../../src/lib/cli/views/ring-svg.ts';
import { describeRing } from '../../../../src/lib/membership/describe-ring.ts';
import { locateStream } from '../../../../src/lib/membership/locate-stream.ts';
import { prepareLesson } from '../../../../src/lib/membership/ring-lesson.ts';
import { matchGolden } from '../../../support/golden-text.ts';
import { placeAll } from '../../../support/ring-facts.ts';
import { ringChange, ringNode, ringRecord } from '../../../support/ring-records.ts';

const NAMES = [
  'demo',
  'chess',
  'keynote',
  'marathon',
  'surf',
  'opera',
  'radio',
  'choir',
  'lecture',
  'cooking',
];
const NODES = [
  ringNode('eu-1'),
  ringNode('eu-2'),
  ringNode('us-1'),
  ringNode('us-2'),
  ringNode('us-3', { weight: 2 }),
];
const placed = placeAll(
  ringRecord(5, NODES, { pins: { choir: ['us-2'] } }),
  NAMES.map((stream, at) => ({ stream, cost: 1500 + 100 * at })),
);
const refusals = [
  { stream: 'gala', atMs: 0, lack: 'replica 1 costs 9.2, and no node has that left', cure: 'Add a node.' },
];
const facts = { ...placed, refusals };
const ring = describeRing(facts, { cluster: 'demo', addresses: new Map() });
const streams = NAMES.flatMap((name) => locateStream(facts, name));
const lesson = prepareLesson(facts, { cluster: 'demo', streams: NAMES })!;
const plan: PlanReport = {
  cluster: 'demo',
  what: 'add-node us-4 --region us',
  epoch: 5,
  moves: [
    { stream: 'keynote', from: 'us-3', to: 'us-4', why: 'home' },
    { stream: 'surf', from: 'us-3', to: 'us-4', why: 'relief' },
  ],
  running: [{ stream: 'opera', from: 'us-1', to: 'us-3', why: 'home' }],
  refusals: [{ stream: 'gala', lack: 'replica 2: no origin node is on another host', cure: 'Add one.' }],
  maxOverMean: { before: 1.24, after: 1.08 },
  loads: [
    { node: 'us-3', region: 'us', before: 9200, after: 5900 },
    { node: 'us-4', region: 'us', before: 0, after: 3300 },
    { node: 'us-1', region: 'us', before: 4000, after: 4000 },
  ],
  streams: 10,
  ideal: { node: 'us-4', share: 0.213, streams: 2.13 },
};
const history = [
  ringChange(1, { atMs: 0, what: 'up', reason: 'the spec' }),
  ringChange(2, { atMs: 0, what: 'add-node us-3 --region us --weight 2', reason: 'gala on Friday' }),
];

const views: readonly (readonly [string, (columns: number, paint: Paint) => string[]])[] = [
  [
    'show',
    (columns, paint) => formatRingPage({ ring, streams, heardFrom: null }, { columns, paint, draw: true }),
  ],
  ['explain', (columns, paint) => formatRingLesson(lesson, columns, paint)],
  ['locate', (columns, paint) => formatLocations(streams.slice(0, 6), columns, paint)],
  ['plan', (columns, paint) => formatRingPlan(plan, columns, paint)],
];

for (const [name, format] of views) {
  test(`ring ${name} looks as its golden text at 80 and at 120 columns`, () => {
    for (const columns of [80, 120]) {
      matchGolden(`ring/${name}-${columns}.txt`, `${format(columns, PLAIN).join('\n')}\n`);
    }
  });

  test(`ring ${name} is never wider than the terminal, with colour and without`, () => {
    for (const paint of [PLAIN, COLOURED]) {
      for (let columns = 60; columns <= 200; columns += 7) {
        for (const line of format(columns, paint)) {
          const plain = stripVTControlCharacters(line);
          assert.ok(textWidth(plain) <= columns, `${columns}: ${plain}`);
          assert.equal(plain, plain.trimEnd(), 'no space at the end of a line');
        }
      }
    }
  });
}

test('ring explain fits on one screen of 80 by 24', () => {
  assert.ok(formatRingLesson(lesson, 80, PLAIN).length <= 24);
});

test('ring history has a row a change', () => {
  const lines = formatRingHistory(history, 120, PLAIN);
  assert.equal(lines.length, 3);
  assert.match(
    lines[2]!,
    /^ +2 {2}\d{4}-\d\d-\d\d .* add-node us-3 --region us --weight 2 .*gala on Friday$/,
  );
  assert.match(formatRingHistory([], 80, PLAIN)[0]!, /never changed/);
});

test('ring plan counts as moves to a new node only those that end there', () => {
  const elsewhere = { stream: 'radio', from: 'us-1', to: 'us-2', why: 'evacuate' };
  const [first] = formatRingPlan({ ...plan, moves: [...plan.moves, elsewhere] }, 200, PLAIN);
  assert.match(first!, /: 2 of 10 streams move to us-4 \(21\.3 % .*\), 1 other elsewhere$/);
  const both = { ...elsewhere, stream: 'surf' };
  const [second] = formatRingPlan({ ...plan, moves: [...plan.moves, both] }, 200, PLAIN);
  assert.match(second!, /: 2 of 10 streams move to us-4 \([^)]*\)$/, 'no stream is counted twice');
});

test('what comes from the store cannot act on the terminal', () => {
  const evil = 'x\u001b[2J\u0007';
  const bad = { ...facts, refusals: [{ stream: evil, atMs: 0, lack: evil, cure: evil }] };
  const shown = describeRing(bad, { cluster: evil, addresses: new Map() });
  const lines = [
    ...formatRingPage(
      { ring: shown, streams: locateStream(bad, evil), heardFrom: evil },
      { columns: 80, paint: PLAIN, draw: true },
    ),
    ...formatLocations(locateStream(bad, evil), 80, PLAIN),
    ...formatRingHistory([ringChange(1, { what: evil, reason: evil })], 80, PLAIN),
    ...formatRingPlan(
      { ...plan, what: evil, moves: [{ stream: evil, from: evil, to: evil, why: evil }] },
      80,
      PLAIN,
    ),
  ];
  for (const line of lines) assert.equal(line, stripVTControlCharacters(line), line);
  for (const line of lines) assert.ok(!line.includes('\u0007'), line);
});

test('the drawing is one SVG file that names every node and refers to nothing else', () => {
  const evil = locateStream(facts, '<script>&"');
  const svg = formatRingSvg({ ring, streams: [...streams, ...evil] });
  for (const { name } of ring.members) assert.ok(svg.includes(`>${name}<`), name);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /href|url\(|<script|NaN|undefined/);
  assert.equal(svg.match(/<svg/g)?.length, 1);
});

test('the drawing of a ring of 300 nodes stays below a megabyte', () => {
  const many = placeAll(
    ringRecord(
      1,
      Array.from({ length: 300 }, (_, at) => ringNode(`us-${at}`)),
    ),
    [],
  );
  const described = describeRing(many, { cluster: 'large', addresses: new Map() });
  assert.ok(formatRingSvg({ ring: described, streams: [] }).length < 1_000_000);
  const page = formatRingPage(
    { ring: described, streams: [], heardFrom: null },
    { columns: 80, paint: PLAIN, draw: true },
  );
  assert.ok(page.length < 320);
});
