import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSight } from '../../../../src/lib/drill/cluster-sight.ts';
import type { Fault } from '../../../../src/lib/drill/faults/fault.ts';
import { type Blast, checkBlastRadius, sumBlast } from '../../../../src/lib/drill/judge/blast-radius.ts';
import type { Health } from '../../../../src/lib/health/report.ts';

function sight(healths: Readonly<Record<string, Health>> = {}): ClusterSight {
  const nodes = ['us-1', 'us-2', 'eu-1', 'eu-2'].map((name) => ({
    ...{ name, region: name.slice(0, 2), health: healths[name] ?? ('up' as const), reasons: [] },
    roles: [name.endsWith('1') ? ('origin' as const) : ('edge' as const)],
  }));
  const replicas = nodes
    .filter(({ name }) => name.endsWith('1'))
    .map(({ name, region, health }) => ({
      ...{ node: name, region, health, reasons: [], shed: [] },
    }));
  return { atMs: 0, nodes, state: 'live', replicas, feeds: [], ingests: 1, unequal: [], control: null };
}

const LIMIT = { nodes: null };
const losing = (...lost: string[]): Blast => ({ lost, silenced: [] });

test('a whole region may go while another one is well', () => {
  checkBlastRadius(losing('eu-1', 'eu-2'), sight(), LIMIT);
});

for (const [what, lost, now, expected] of [
  ['the last healthy region', ['eu-1', 'eu-2'], sight({ 'us-2': 'down' }), /last healthy region/],
  ['the last replica that is up', ['eu-1'], sight({ 'us-1': 'degraded' }), /last replica/],
  ['more nodes than a region has', ['eu-1', 'eu-2', 'us-1'], sight(), /3 nodes at a time; at most 2/],
] as const) {
  test(`${what} is never touched`, () => {
    assert.throws(() => checkBlastRadius(losing(...lost), now, LIMIT), {
      code: 'CONFLICT',
      message: expected,
    });
  });
}

test('a limit of a drill is kept', () => {
  assert.throws(() => checkBlastRadius(losing('eu-1', 'eu-2'), sight(), { nodes: 1 }), { code: 'CONFLICT' });
});

const fault = (mediaNodes: readonly string[]): Fault => ({
  ...{ label: '', lostNodes: [], touchedNodes: mediaNodes, mediaNodes, lasting: true, undo: [] },
  inject: async () => ({ atMs: 0, text: '' }),
  bit: async () => null,
});

for (const [what, settings, isRefused] of [
  ['parts withheld', { kind: 'freeze-packager', stream: 'demo', node: null }, true],
  ['old pictures', { kind: 'origin-fault', node: 'eu-1', mode: { kind: 'stale' } }, true],
  ['late answers', { kind: 'origin-fault', node: 'eu-1', mode: { kind: 'slow', delayMs: 500 } }, false],
  ['a lost transcoder', { kind: 'kill-transcoder', stream: 'demo', node: null }, false],
] as const) {
  test(`of the last replica with media: ${what}, ${isRefused ? 'refused' : 'allowed'}`, () => {
    const check = () =>
      checkBlastRadius(sumBlast([{ settings, fault: fault(['eu-1']) }]), sight({ 'us-1': 'down' }), LIMIT);
    if (isRefused) assert.throws(check, { code: 'CONFLICT', message: /last replica/ });
    else check();
  });
}
