import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeHealth, type NodeFacts } from '../../../src/lib/agent/judge-health.ts';
import type { OriginReport, UnitReport } from '../../../src/lib/health/report.ts';

const unit = (name: string, state: UnitReport['state'] = 'running'): UnitReport => ({
  name,
  state,
  pid: 1,
  sinceMs: 1,
});
const origin: OriginReport = { node: 'us-1', startedMs: 1, streams: [], rssBytes: 1, reasons: [] };
const well: NodeFacts = { roles: ['origin'], units: [unit('agent'), unit('origin')], origin, rings: null };

const rows: [string, Partial<NodeFacts>, string, RegExp | null][] = [
  ['all well', {}, 'up', null],
  ['a unit that restarts', { units: [unit('origin', 'restarting')] }, 'down', /^origin is restarting$/],
  [
    'a pipeline that failed, a fault of its replica',
    { units: [unit('pipeline-demo', 'failed')] },
    'up',
    null,
  ],
  ['a test publisher that failed', { units: [unit('publisher-demo', 'failed')] }, 'up', null],
  ['a silent origin', { origin: null }, 'down', /origin does not answer/],
  ['no origin where none belongs', { roles: ['store'], origin: null }, 'up', null],
  ['the same ring in the store', { rings: { known: 4, store: 4 } }, 'up', null],
  [
    'an older ring in the store',
    { rings: { known: 4, store: 3 } },
    'degraded',
    /^the store has an older ring \(epoch 3\); this node goes by epoch 4$/,
  ],
  ['a store that lost the ring', { rings: { known: 4, store: 0 } }, 'degraded', /^the store has no ring/],
  ['a full disk', { origin: { ...origin, reasons: ['disk full'] } }, 'degraded', /disk full/],
];
for (const [title, given, health, reason] of rows) {
  test(`${title}: ${health}`, () => {
    const judged = judgeHealth({ ...well, ...given });
    assert.equal(judged.health, health);
    if (reason === null) assert.deepEqual(judged.reasons, []);
    else assert.match(judged.reasons.join('\n'), reason);
  });
}
