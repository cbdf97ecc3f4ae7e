import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { textWidth } from '../../../../src/lib/cli/views/fit-text.ts';
import { formatStatus, formatStatusPlain } from '../../../../src/lib/cli/views/format-status.ts';
import { COLOURED, PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import type { ClusterStatus, StreamStatus } from '../../../../src/lib/health/cluster-status.ts';
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

const WELL = summarize(answersBut(), KNOWN, { nowMs: NOW_MS });
const REPLICA_LATE = summarize(
  answersWith('eu-1', (peer) =>
    answerOf(peer, { origin: createOrigin(peer.name, [createStreamReport({ liveEdgeSec: 6.2 })]) }),
  ),
  KNOWN,
  { nowMs: NOW_MS },
);
const OFF = summarize(
  answersBut((peer) => absent(peer, 'refused')),
  KNOWN,
  { nowMs: NOW_MS },
);

test('a well cluster at 80 columns: one line of summary, then regions, nodes, streams', () => {
  assert.deepEqual(formatStatus(WELL, 80, PLAIN), [
    '  cluster demo · healthy · 2 regions · 4 nodes · 1 stream, 1 live · 6 viewers',
    '',
    '  region  health  nodes up  streams  viewers  behind live',
    '  us      up           2/2        1        3        0.8 s',
    '  eu      up           2/2        1        3        0.8 s',
    '',
    '  node  region  health   cpu  memory  disk  roles',
    '  us-1  us      up      20 %    30 %  40 %  store ingest origin',
    '  us-2  us      up      20 %    30 %  40 %  edge',
    '  eu-1  eu      up      20 %    30 %  40 %  ingest origin',
    '  eu-2  eu      up      20 %    30 %  40 %  edge',
    '',
    '  stream  state  behind live  viewers     bitrate    rate  replicas',
    '  demo    live         0.8 s        6  2,528 kbps  30 fps  us-1 up, eu-1 up',
  ]);
});

test('what is wrong comes before the tables: what, effect, what to do', () => {
  assert.deepEqual(formatStatus(REPLICA_LATE, 80, COLOURED).map(stripVTControlCharacters).slice(0, 6), [
    '  cluster demo · 1 problem · 2 regions · 4 nodes · 1 stream, 1 live · 6 viewers',
    '',
    '  ! eu-1  demo: 6.2 s behind the clock, at most 3 s is well',
    '          viewers unaffected (served by us-1)',
    '          to do: streamctl logs eu-1',
    '',
  ]);
});

test('a cluster that does not run is its first line and what to do, without tables', () => {
  assert.deepEqual(formatStatus(OFF, 80, PLAIN), [
    '  cluster demo · not running · 2 regions · 4 nodes',
    '',
    '  demo  nothing of the cluster runs',
    '        nobody can publish or watch',
    '        to do: streamctl up',
  ]);
});

test('without a terminal each problem is one line, and there is neither colour nor symbol', () => {
  const lines = formatStatusPlain(REPLICA_LATE, PLAIN);
  assert.equal(
    lines[1],
    'problem: eu-1: demo: 6.2 s behind the clock, at most 3 s is well · viewers unaffected (served by us-1) · to do: streamctl logs eu-1',
  );
  assert.equal(
    lines.some((line) => line !== stripVTControlCharacters(line) || /[!✔✖]/.test(line)),
    false,
  );
});

test('problems that read the same are told once', () => {
  const [problem] = REPLICA_LATE.problems;
  const problems = ['us-1', 'us-2', 'eu-2'].map((subject) => ({ ...problem!, subject }));
  const lines = formatStatus({ ...REPLICA_LATE, problems }, 80, PLAIN);
  assert.equal(lines[2], '  us-1 and 2 more  demo: 6.2 s behind the clock, at most 3 s is well');
  assert.equal(lines.filter((line) => line.includes('6.2 s behind')).length, 1);
});

test('who is read and who is in reserve is a note when several publish', () => {
  const fit = { clientAddress: '127.0.0.1', fitness: { state: 'fit' as const, sinceMs: null } };
  const [read, held] = [
    { ...fit, node: 'eu-1', region: 'eu', sessionId: 2, role: 'active' as const },
    { ...fit, node: 'us-1', region: 'us', sessionId: 1, role: 'reserve' as const },
  ];
  const black = { ...held, fitness: { state: 'black' as const, sinceMs: 1 } };
  const last = (publishers: StreamStatus['publishers']) => {
    const streams = WELL.streams.map((stream) => ({ ...stream, publishers }));
    return formatStatusPlain({ ...WELL, streams }, PLAIN).at(-1);
  };
  assert.equal(last([read, held]), 'note: demo: published to eu (active), us (reserve)');
  assert.equal(last([read, black]), 'note: demo: published to eu (active), us (reserve, black)');
  assert.equal(last([read]), last([]));
});

test('notes come last, one line each', () => {
  const streams = WELL.streams.map((stream) => ({ ...stream, notes: ['720p left out'] }));
  assert.equal(formatStatus({ ...WELL, streams }, 80, PLAIN).at(-1), '  note: demo: 720p left out');
  assert.equal(formatStatusPlain({ ...WELL, streams }, PLAIN).at(-1), 'note: demo: 720p left out');
});

test('of several stores it says which takes writes', () => {
  const nodes = WELL.nodes.map((node) => ({ ...node, roles: [...node.roles, 'store' as const] }));
  const last = (status: ClusterStatus) => formatStatus(status, 80, PLAIN).at(-1);
  const note = `  note: of ${nodes.length} stores us-1 takes writes`;
  assert.equal(last({ ...WELL, nodes, storeNode: 'us-1' }), note);
  assert.notEqual(last({ ...WELL, nodes, storeNode: null }), note);
  assert.notEqual(last({ ...WELL, storeNode: 'us-1' }), note);
});

test('colour adds no word and takes none away', () => {
  for (const status of [WELL, REPLICA_LATE, OFF]) {
    const plain = formatStatus(status, 100, { ...PLAIN, symbols: true });
    assert.deepEqual(formatStatus(status, 100, COLOURED).map(stripVTControlCharacters), plain);
  }
});

test('no line is wider than the terminal, whatever nodes call themselves and say', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 24, max: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }), { maxLength: 3 }),
      (columns, name, reasons) => {
        const status = summarize(
          answersBut((peer) =>
            answerOf(peer.name === 'eu-1' ? { ...peer, name } : peer, { health: 'degraded', reasons }),
          ),
          { ...KNOWN, streams: ['demo', name] },
          { nowMs: NOW_MS },
        );
        for (const line of formatStatus(status, columns, PLAIN)) {
          assert.ok(textWidth(line) <= columns, `${textWidth(line)} > ${columns}: ${line}`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a full edge is a note, and one with room is none', () => {
  const noteOf = (count: number): string => {
    const nodes = WELL.nodes.map((node, at) => (at === 0 ? { ...node, viewers: { count, most: 20 } } : node));
    return formatStatusPlain({ ...WELL, nodes }, PLAIN)
      .filter((line) => line.includes('full'))
      .join();
  };
  const name = WELL.nodes[0]!.name;
  assert.equal(noteOf(21), `note: ${name}: full, 21 viewers of 20; those who begin play from another region`);
  assert.equal(noteOf(19), '');
});

test('players that left an edge are a note with their reasons', () => {
  const nodes = WELL.nodes.map((node, at) => (at === 0 ? { ...node, left: { late: 12, error: 2 } } : node));
  assert.equal(
    formatStatusPlain({ ...WELL, nodes }, PLAIN).at(-1),
    `note: ${WELL.nodes[0]!.name}: players left it just now: answers came late 12, requests failed 2`,
  );
});
