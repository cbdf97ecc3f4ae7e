import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Doubt, mustStop, UNPLACED_MS } from '../../../src/lib/agent/judge-doubt.ts';
import type { ReplicaReport } from '../../../src/lib/health/report.ts';
import type { PlacementRecord } from '../../../src/lib/store/ring-records.ts';

const report = (given: Partial<ReplicaReport> = {}): ReplicaReport => ({
  stream: 'demo',
  as: 'replica',
  state: 'live',
  fresh: true,
  tracks: {},
  segments: [],
  lastMsn: 9,
  ...given,
});
const elsewhere: PlacementRecord = {
  version: 1,
  stream: 'demo',
  cost: 50,
  region: 'us',
  epoch: 4,
  replicas: ['us-2', 'eu-1'],
  move: null,
  createdMs: 1,
};
const nowhere: Doubt = {
  placement: null,
  isLive: false,
  isRemoved: false,
  unplacedMs: 0,
  own: report(),
  others: [],
};

const rows: [string, Partial<Doubt>, boolean][] = [
  ['the store knows nothing of it since a moment: goes on', {}, false],
  ['since long, and nobody publishes it: stops', { unplacedMs: UNPLACED_MS }, true],
  ['since long, but it is live: goes on', { unplacedMs: 3600_000, isLive: true }, false],
  ['it was removed: stops, live or not', { isRemoved: true, isLive: true }, true],
  [
    'a placement without any node is none',
    { placement: { ...elsewhere, replicas: [] }, isLive: true },
    false,
  ],
  ['it is elsewhere and plays there: stops', { placement: elsewhere, others: [report()] }, true],
  [
    'it is elsewhere and shows the slate there: stops',
    { placement: elsewhere, others: [report({ state: 'slate' })] },
    true,
  ],
  [
    'it has been placed here meanwhile: goes on',
    { placement: { ...elsewhere, replicas: ['us-1', 'eu-1'] }, others: [report()] },
    false,
  ],
  [
    'it joins here since a moment: goes on',
    {
      placement: { ...elsewhere, move: { from: 'us-2', to: 'us-1', why: 'home', startedMs: 1 } },
      others: [report()],
    },
    false,
  ],
  ['it is elsewhere, where nothing is heard of it: goes on', { placement: elsewhere }, false],
  [
    'it is elsewhere, only just starting: goes on',
    { placement: elsewhere, others: [report({ state: 'starting' })] },
    false,
  ],
  [
    'it is elsewhere, where it stalls: goes on',
    { placement: elsewhere, others: [report({ fresh: false })] },
    false,
  ],
  [
    'it is elsewhere, and makes nothing here: stops',
    { placement: elsewhere, own: report({ fresh: false }) },
    true,
  ],
  [
    'it is elsewhere, and nothing is known of it here yet: goes on',
    { placement: elsewhere, own: null },
    false,
  ],
];
for (const [title, given, stops] of rows) {
  test(title, () => assert.equal(mustStop('us-1', { ...nowhere, ...given }), stops));
}
