import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReplicaFacts, reportReplicas } from '../../../src/lib/agent/report-replicas.ts';
import type { OriginStreamReport, PipelineMarks, UnitReport } from '../../../src/lib/health/report.ts';
import { createOrigin, createStatus, createStreamReport } from '../../support/cluster-answers.ts';

const marks: PipelineMarks = {
  fresh: true,
  tracks: { '720p': 'video abc' },
  segments: [{ msn: 8, startTicks: 16, frames: 60 }],
  lastMsn: 9,
};
const unit = (state: UnitReport['state']): UnitReport => ({
  name: 'pipeline-demo',
  state,
  pid: 1,
  sinceMs: 1,
});
const hears = (given: Partial<OriginStreamReport>) => createOrigin('us-1', [createStreamReport(given)]);
const facts: ReplicaFacts = {
  units: [unit('running')],
  origin: hears({ pipeline: marks }),
  placed: new Map([['demo', 'joining']]),
  isOver: () => false,
};
const one = (given: Partial<ReplicaFacts>) => reportReplicas({ ...facts, ...given })[0]!;

test('a pipeline that sends is what it says, with its marks and what it is placed as', () => {
  assert.deepEqual(one({}), { stream: 'demo', as: 'joining', state: 'live', ...marks });
  assert.equal(
    one({ origin: hears({ pipeline: marks, status: createStatus({ state: 'slate' }) }) }).state,
    'slate',
  );
});

test('one without a part is starting, whatever a relay brought', () => {
  assert.equal(one({ origin: hears({ pipeline: { ...marks, lastMsn: null } }) }).state, 'starting');
  assert.equal(one({ origin: hears({ relay: true, pipeline: null }) }).state, 'starting');
  assert.equal(one({ origin: null }).state, 'starting');
});

test('one whose unit does not stay up has failed, unless it sends', () => {
  for (const state of ['failed', 'restarting'] as const) {
    assert.equal(one({ units: [unit(state)], origin: null }).state, 'failed');
    assert.equal(one({ units: [unit(state)] }).state, 'live');
  }
});

test('a stream placed here without a unit is starting until its time is over', () => {
  const none = { units: [], origin: null };
  assert.equal(one(none).state, 'starting');
  assert.equal(one({ ...none, isOver: () => true }).state, 'ended');
});

test('what runs here without being placed here is reported, too; other units are not', () => {
  const units = [unit('running'), { ...unit('running'), name: 'publisher-demo' }];
  const reports = reportReplicas({ ...facts, units, placed: new Map() });
  assert.deepEqual(
    reports.map(({ stream, as }) => [stream, as]),
    [['demo', null]],
  );
});
