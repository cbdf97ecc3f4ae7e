import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareEdges } from '../../../src/lib/health/compare-edges.ts';
import type { OriginStreamReport } from '../../../src/lib/health/report.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import {
  answerOf,
  answersBut,
  createOrigin,
  createStreamReport,
  KNOWN,
  NOW_MS,
} from '../../support/cluster-answers.ts';

const track = (id: string): OriginStreamReport['tracks'][number] => ({
  ...{ id, kind: 'video', bandwidth: 1, timescale: 90_000, codecs: 'avc1.64001f' },
  ...{ width: 640, height: 360, frameRate: 30 },
});
const WELL = { tracks: [track('720p'), track('480p')], inits: { '720p': 'a1', '480p': 'b2' } };

/** All nodes serve alike, but for what eu-2 says. */
const answers = (changes: Partial<OriginStreamReport>) =>
  answersBut((peer) => {
    const relay = peer.roles.includes('edge');
    const spoilt = peer.name === 'eu-2' ? changes : {};
    return answerOf(peer, {
      origin: createOrigin(peer.name, [createStreamReport({ relay, ...WELL, ...spoilt })]),
    });
  });

const CASES: readonly [string, Partial<OriginStreamReport>, string | null][] = [
  ['edges that serve alike are equal', {}, null],
  ['asked a moment later is equal', { firstMsn: 752, lastMsn: 902 }, null],
  [
    'a window that is not full is named',
    { firstMsn: 880 },
    'its window begins 130 segments later than that of us-2',
  ],
  ['a rendition less is named', { tracks: [track('480p')] }, 'it has 480p, us-2 has 480p, 720p'],
  [
    'another init segment is named',
    { inits: { '720p': 'zz', '480p': 'b2' } },
    'another init segment of 720p than us-2',
  ],
  [
    'another grid is named',
    { firstMsn: 790, lastMsn: 940 },
    'its newest segment is number 940, that of us-2 900; its window begins 40 segments later than that of us-2',
  ],
  ['what does not play is named elsewhere', { health: 'down', firstMsn: 880 }, null],
  ['an older version does not say its inits', { inits: undefined as never }, null],
];
for (const [title, changes, text] of CASES) {
  test(title, () => {
    const found = compareEdges('demo', answers(changes));
    assert.deepEqual(found, text === null ? [] : [{ node: 'eu-2', text }]);
  });
}

test('status names an edge that serves otherwise than the others', () => {
  const { problems, healthy } = summarize(answers({ firstMsn: 880 }), KNOWN, { nowMs: NOW_MS });
  assert.equal(healthy, false);
  const [problem] = problems;
  assert.deepEqual([problem!.subject, problem!.harm], ['eu-2', 'redundancy']);
  assert.match(problem!.text, /^demo: its window begins 130 segments later/);
});
