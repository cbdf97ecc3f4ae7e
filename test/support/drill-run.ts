/** A run of a drill as it may come out, for the tests of what is made of it. */
import type { DrillPictures, DrillRun } from '../../src/lib/drill/drill-result.ts';

const FAULT_MS = Date.UTC(2026, 10, 22, 14, 2, 10);

export function makeRun(more: Partial<DrillRun> = {}): DrillRun {
  return {
    id: '2026-11-22T14-02-05-fail-region-eu',
    ...{ drill: 'fail-region', target: 'eu', stream: 'demo', cluster: 'charity', verdict: 'fail' as const },
    reasons: ['dead air p99: 1500 ms, must be at most 999 ms'],
    findings: [
      { name: 'dead air p99', unit: 'ms', value: 1500, must: 999, aim: 0, result: 'miss' },
      { name: 'farther behind live after it', unit: 's', value: 0.02, must: 0.5, aim: 0.1, result: 'aim' },
    ],
    startedMs: FAULT_MS - 5_000,
    faultMs: FAULT_MS,
    healedMs: FAULT_MS + 10_000,
    endedMs: FAULT_MS + 16_000,
    recoveredMs: 2_200,
    viewers: 4,
    seen: {
      byRegion: { us: 2, eu: 2 },
      deadAirMs: { p50: 0, p95: 1500, p99: 1500, max: 1500 },
      deadAirEachMs: [0, 0, 1200, 1500],
      ...{ affected: 2, affectedShare: 0.5, movedMs: 310 },
      liveEdgeSec: { before: 1.6, during: 3.1, after: 1.62 },
      ...{ joined: 1, joinedNeverPlayed: 0, startupMs: { p50: 300, p95: 300, p99: 300, max: 300 } },
      ...{ missingFrames: 0, repeatedFrames: 0, failedRequests: 12, requests: 900 },
    },
    ...{ detectMs: 820, detectedBy: 'controller', switchMs: 440, replaceMs: null },
    ...{ slateMs: null, returnMs: null, slateForMs: 0 },
    steadyState: { before: { ok: true, text: '4 viewers' }, after: { ok: true, text: '4 viewers' } },
    worstLagMs: 6,
    worstStolen: 0.25,
    events: [
      { atMs: FAULT_MS - 1_000, kind: 'steady', text: '4 viewers (2 us, 2 eu)' },
      { atMs: FAULT_MS, kind: 'fault', text: '2 nodes killed <all> & more' },
      { atMs: FAULT_MS + 820, kind: 'noticed', text: 'controller: eu-1 down' },
      { atMs: FAULT_MS + 10_000, kind: 'healed', text: 'eu: undone in 0.1 s' },
      { atMs: FAULT_MS + 16_000, kind: 'verdict', text: 'fail' },
    ],
    ...more,
  };
}

export const PICTURES: DrillPictures = {
  bands: [
    {
      ...{ id: 0, region: 'us', joinedMs: FAULT_MS - 4_000 },
      points: [
        [FAULT_MS - 4_000, 0, 'w'],
        [FAULT_MS - 3_000, 1_400, 'p'],
        [FAULT_MS + 15_800, 1_400, 'p'],
      ],
    },
    {
      ...{ id: 1, region: 'eu', joinedMs: FAULT_MS - 4_000 },
      points: [
        [FAULT_MS - 3_000, 1_400, 'p'],
        [FAULT_MS + 900, 200, 'p'],
        [FAULT_MS + 1_000, 0, 's'],
        [FAULT_MS + 2_500, 900, 'o'],
        [FAULT_MS + 15_800, 1_400, 'p'],
      ],
    },
  ],
  seconds: [
    { atMs: FAULT_MS - 1_000, playing: 2, stalled: 0, liveEdgeSec: 1.6 },
    { atMs: FAULT_MS + 1_000, playing: 1, stalled: 1, liveEdgeSec: 2.4 },
    { atMs: FAULT_MS + 3_000, playing: 2, stalled: 0, liveEdgeSec: 1.7 },
  ],
};
