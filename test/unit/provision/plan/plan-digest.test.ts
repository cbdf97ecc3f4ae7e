import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digestPlan,
  findMoved,
  isPlanDigest,
  type PlanContent,
} from '../../../../src/lib/provision/plan/plan-digest.ts';

const PLAN: PlanContent = {
  spec: 'a',
  program: 'b',
  facts: { applied: { spec: 'a', program: 'b' }, ringEpoch: 4 },
  changes: [
    { node: 'us-1', text: 'restart origin' },
    { node: null, text: 'ring: set us-1' },
  ],
};
const digest = digestPlan(PLAN);

test('the digest of a plan does not depend on the order in which nodes were looked at', () => {
  assert.ok(isPlanDigest(digest));
  assert.equal(digestPlan({ ...PLAN, changes: PLAN.changes.toReversed() }), digest);
});

const MOVES: readonly [string, Partial<PlanContent>, string[]][] = [
  ['another spec', { spec: 'x' }, ['spec']],
  ['another build of the program', { program: 'x' }, ['program']],
  ['a change of the ring meanwhile', { facts: { ...PLAN.facts, ringEpoch: 5 } }, ['facts']],
  ['another up meanwhile', { facts: { ...PLAN.facts, applied: null } }, ['facts']],
  ['a unit that died', { changes: [...PLAN.changes, { node: 'us-2', text: 'start agent' }] }, ['changes']],
  ['the same change on another node', { changes: [{ node: 'us-2', text: 'restart origin' }] }, ['changes']],
];
for (const [title, change, moved] of MOVES) {
  test(`two digests say what moved between them: ${title}`, () => {
    assert.deepEqual(findMoved(digest, digestPlan({ ...PLAN, ...change })), moved);
  });
}
