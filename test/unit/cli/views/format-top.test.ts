import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textWidth } from '../../../../src/lib/cli/views/fit-text.ts';
import { formatChanges } from '../../../../src/lib/cli/views/format-changes.ts';
import { formatTop, type TopState } from '../../../../src/lib/cli/views/format-top.ts';
import { PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import { SORT_KEYS, sortStatus } from '../../../../src/lib/cli/views/sort-status.ts';
import { pressTopKey } from '../../../../src/lib/cli/views/top-key.ts';
import { summarize } from '../../../../src/lib/health/summarize.ts';
import {
  absent,
  answerOf,
  answersBut,
  answersWith,
  createOrigin,
  createStreamReport,
  KNOWN,
  NOW_MS,
} from '../../../support/cluster-answers.ts';

const START: TopState = { sort: 'spec', scroll: 0, help: false };
const judge = (answers: ReturnType<typeof answersBut>) => summarize(answers, KNOWN, { nowMs: NOW_MS });
const WELL = judge(answersBut());
const EU_DOWN = judge(answersWith('eu-1', (peer) => absent(peer, 'refused')));

test('top fills exactly the screen, whatever its size and state', () => {
  fc.assert(
    fc.property(
      fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 2, max: 60 }) }),
      fc.record({
        sort: fc.constantFrom(...SORT_KEYS),
        scroll: fc.integer({ min: 0, max: 99 }),
        help: fc.boolean(),
      }),
      (size, state) => {
        const lines = formatTop(EU_DOWN, state, { ...size, nowMs: NOW_MS, paint: PLAIN });
        assert.equal(lines.length, size.rows);
        for (const line of lines) assert.ok(textWidth(line) <= size.columns, line);
      },
    ),
  );
});

test('at 80x24 a well cluster is seen whole, with the keys at the bottom', () => {
  const lines = formatTop(WELL, START, { columns: 80, rows: 24, nowMs: NOW_MS, paint: PLAIN });
  assert.match(lines[0]!, /cluster demo · healthy/);
  assert.ok(lines.some((line) => line.startsWith('  demo')));
  assert.match(lines[23]!, /q quit {3}s sort: spec {3}↑↓ scroll {3}\? help/);
});

test('scrolling keeps the heading and the keys, and stops at the last line', () => {
  const size = { columns: 80, rows: 8, nowMs: NOW_MS, paint: PLAIN };
  const top = formatTop(WELL, START, size);
  const end = formatTop(WELL, { ...START, scroll: 99 }, size);
  assert.equal(end[0], top[0]);
  assert.match(end[6]!, /^ {2}demo/);
  assert.match(top[7]!, /7 more/);
  assert.doesNotMatch(end[7]!, /more/);
});

test('keys do what the help says', () => {
  const room = { page: 10, end: 15 };
  const cases: [TopState, string, Partial<TopState> | 'quit'][] = [
    [START, 'q', 'quit'],
    [START, 'ctrl-c', 'quit'],
    [START, 's', { sort: 'name' }],
    [{ ...START, sort: 'load' }, 's', { sort: 'spec' }],
    [START, 'down', { scroll: 1 }],
    [START, 'up', { scroll: 0 }],
    [START, 'pagedown', { scroll: 10 }],
    [{ ...START, scroll: 10 }, 'pagedown', { scroll: 15 }],
    [START, 'end', { scroll: 15 }],
    [{ ...START, scroll: 9 }, 'home', { scroll: 0 }],
    [START, '?', { help: true }],
    [{ ...START, help: true }, '?', { help: false }],
    [START, 'x', {}],
  ];
  for (const [state, key, expected] of cases) {
    const after = pressTopKey(state, key, room);
    assert.deepEqual(after, expected === 'quit' ? 'quit' : { ...state, ...expected }, key);
  }
});

test('sorting orders nodes and streams and leaves problems alone', () => {
  const busy = judge(
    answersBut((peer) =>
      answerOf(peer, {
        load: { cpu: peer.name === 'eu-2' ? 0.9 : 0.1, memory: 0, disk: 0 },
        origin: createOrigin(peer.name, [
          createStreamReport({ stream: 'b', viewers: 1 }),
          createStreamReport({ stream: 'a', viewers: 5 }),
        ]),
      }),
    ),
  );
  const names = (key: (typeof SORT_KEYS)[number]) => {
    const sorted = sortStatus(busy, key);
    return [sorted.nodes[0]?.name, sorted.streams.map((stream) => stream.name).join(' ')];
  };
  assert.deepEqual(names('spec'), ['us-1', 'demo a b']);
  assert.deepEqual(names('name'), ['eu-1', 'a b demo']);
  assert.deepEqual(names('viewers'), ['us-1', 'a b demo']);
  assert.deepEqual(names('load'), ['eu-2', 'demo a b']);
  assert.equal(sortStatus(busy, 'load').problems, busy.problems);
});

test('changes are told once, one line each, and figures alone are no change', () => {
  const told = (before: typeof WELL | null, now: typeof WELL) =>
    formatChanges(before, now, NOW_MS).map((line) => line.slice('hh:mm:ss '.length));
  assert.equal(told(null, WELL).length, 1 + 2 + 4 + 1);
  assert.deepEqual(told(WELL, WELL), []);
  assert.deepEqual(told(WELL, EU_DOWN).slice(0, 3), [
    'cluster demo · 1 problem · 2 regions · 4 nodes · 1 stream, 1 live · 6 viewers',
    'region eu is degraded',
    'node eu-1 is down',
  ]);
  assert.match(told(WELL, EU_DOWN)[3]!, /^problem: eu-1: down/);
  const late = (liveEdgeSec: number) =>
    judge(
      answersWith('eu-1', (peer) =>
        answerOf(peer, { origin: createOrigin(peer.name, [createStreamReport({ liveEdgeSec })]) }),
      ),
    );
  assert.deepEqual(told(late(6.2), late(7.4)), []);
});
