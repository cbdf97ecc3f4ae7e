import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTwinEpoch, type TwinSession } from '../../../src/lib/contribution/twin-epoch.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';

const NOW_MS = 1_800_000_000_000;
const ports = { rtmp: 1, http: 1, origin: 1, agent: 1, contribution: 1, redis: 1, sentinel: 1 };
const peers: readonly Peer[] = ['us', 'eu', 'ap'].map((region) => ({
  ...{ name: `${region}-1`, region, address: '127.211.1.1', roles: ['ingest'], ports, weight: 1 },
}));
const own = { stream: 'demo', sessionId: 10, measuredMs: NOW_MS };

/** What each node answers, one answer a question; the last one stays. */
function answers(byNode: Record<string, readonly (TwinSession | null)[]>) {
  const asked: string[] = [];
  const ask = async ({ name }: Peer) => {
    const list = byNode[name] ?? [null];
    const count = asked.filter((node) => node === name).length;
    asked.push(name);
    return list[Math.min(count, list.length - 1)] ?? null;
  };
  let nowMs = 0;
  const wait = async (ms: number) => {
    nowMs += ms;
  };
  return { asked, ask, time: { nowMs: () => nowMs, wait } };
}

const table: [string, Record<string, readonly (TwinSession | null)[]>, number | null][] = [
  ['nobody else publishes it', {}, null],
  ['an epoch near by', { 'eu-1': [{ sessionId: 12, epochMs: NOW_MS + 480 }] }, NOW_MS + 480],
  ['an epoch of another clock', { 'eu-1': [{ sessionId: 5, epochMs: NOW_MS + 501 }] }, null],
  [
    "the oldest session's of two",
    { 'eu-1': [{ sessionId: 7, epochMs: NOW_MS + 3 }], 'ap-1': [{ sessionId: 6, epochMs: NOW_MS + 4 }] },
    NOW_MS + 4,
  ],
  ['a younger session that still measures', { 'eu-1': [{ sessionId: 11, epochMs: null }] }, null],
  [
    'an older session that still measures is waited for',
    {
      'eu-1': [
        { sessionId: 9, epochMs: null },
        { sessionId: 9, epochMs: null },
        { sessionId: 9, epochMs: NOW_MS + 1 },
      ],
    },
    NOW_MS + 1,
  ],
];
for (const [name, byNode, expected] of table) {
  test(`twin epoch: ${name}`, async () => {
    const { asked, ask, time } = answers(byNode);
    assert.equal(await findTwinEpoch(own, { node: 'us-1', peers, ask, time }), expected);
    assert.ok(!asked.includes('us-1'), 'its own node is not asked');
  });
}

test('an older session that never gets an epoch is not waited for without end', async () => {
  const { ask, time } = answers({ 'eu-1': [{ sessionId: 9, epochMs: null }] });
  assert.equal(await findTwinEpoch(own, { node: 'us-1', peers, ask, time }), null);
  assert.ok(time.nowMs() >= 600 && time.nowMs() < 700);
});

test('of two sessions opened in the same millisecond only one waits', async () => {
  const measuring = [{ sessionId: 10, epochMs: null }];
  const forUs = answers({ 'eu-1': measuring });
  const forEu = answers({ 'us-1': measuring });
  await findTwinEpoch(own, { node: 'us-1', peers, ...forUs });
  await findTwinEpoch(own, { node: 'eu-1', peers, ...forEu });
  const count = ({ asked }: { asked: string[] }) => asked.filter((node) => node !== 'ap-1').length;
  assert.deepEqual([count(forUs) > 1, count(forEu)], [true, 1]);
});
