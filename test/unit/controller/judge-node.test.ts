import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseObservers, type Observer } from '../../../src/lib/controller/choose-observers.ts';
import { judgeNode, type Look, type NodeSigns, SUSPECT_MS } from '../../../src/lib/controller/judge-node.ts';

const far = (saw: Look['saw']): Look => ({ observer: 'eu-1', region: 'eu', saw });
const near = (saw: Look['saw']): Look => ({ observer: 'us-1', region: 'us', saw });
const twice = (...look: Look[]): Look[][] => [look, look];
const signs = (differing: Partial<NodeSigns>): NodeSigns => ({
  node: 'us-2',
  region: 'us',
  silentMs: 3100,
  looks: twice(near('refused'), far('refused')),
  hasOtherRegions: true,
  hearsMost: true,
  isMember: true,
  isListed: true,
  isSettled: true,
  before: null,
  ...differing,
});
const before = (state: 'up' | 'down' | 'unknown') => ({ node: 'us-2', state, why: 'as before', sinceMs: 1 });

const CASES: readonly [string, Partial<NodeSigns>, 'up' | 'down' | 'unknown', RegExp][] = [
  ['heard lately is up', { silentMs: SUSPECT_MS - 1 }, 'up', /heartbeats/],
  ['refused twice is down before its silence alone would say so', { silentMs: 900 }, 'down', /0\.9 s; us-1/],
  [
    'that others see is up until it was silent for long',
    { silentMs: 1900, looks: twice(far('alive')) },
    'up',
    /come/,
  ],
  [
    'looked at once is up until it was silent for long',
    { silentMs: 700, looks: [[far('refused')]] },
    'up',
    /come/,
  ],
  [
    'that is down is not up for a sign that is late',
    { silentMs: 900, before: before('down') },
    'down',
    /as before/,
  ],
  ['heard again after it was down is up', { silentMs: 0, before: before('down') }, 'up', /heartbeats/],
  ['refused to near and far twice is down', {}, 'down', /3\.1 s; us-1, eu-1: connection refused/],
  ['whose heartbeat the store has no more is down alike', { silentMs: null }, 'down', /^no heartbeat;/],
  [
    'silent to some and refused to others is down',
    { looks: twice(near('silent'), far('refused')) },
    'down',
    /us-1: no answer; eu-1: connection refused/,
  ],
  [
    'silent to a controller that hears few regions is unknown',
    { looks: twice(far('silent')), hearsMost: false },
    'unknown',
    /may be cut off/,
  ],
  [
    'refused to such a controller is down: the refusal came from there',
    { looks: twice(near('silent'), far('refused')), hearsMost: false },
    'down',
    /eu-1: connection refused/,
  ],
  [
    'looked at once only is unknown',
    { looks: [[near('refused'), far('refused')]] },
    'unknown',
    /being looked at/,
  ],
  [
    'whose origin anybody sees is unknown',
    { looks: twice(near('refused'), far('alive')) },
    'unknown',
    /eu-1 gets answers/,
  ],
  ['seen the time before is unknown', { looks: [[far('alive')], [far('refused')]] }, 'unknown', /eu-1/],
  ['that nobody could look at is unknown', { looks: twice() }, 'unknown', /nobody could look/],
  [
    'that only its own region looked at is unknown',
    { looks: twice(near('refused')) },
    'unknown',
    /another region/,
  ],
  [
    'is down by its own region alone where there is no other',
    { looks: twice(near('refused')), hasOtherRegions: false },
    'down',
    /us-1/,
  ],
  ['is not down before things have settled', { isSettled: false }, 'unknown', /no heartbeat yet/],
  [
    'keeps what was known of it until things have settled',
    { isSettled: false, before: before('up') },
    'up',
    /as before/,
  ],
  [
    'that is down stays so when nobody can look any more',
    { looks: [], before: before('down') },
    'down',
    /as before/,
  ],
  [
    'that was taken out of the cluster and is silent is down',
    { isMember: false, looks: [] },
    'down',
    /no node of the cluster/,
  ],
  [
    'of the ring that nobody knows the place of, and of which the store has no sign any more, is down',
    { isListed: false, silentMs: null, looks: twice() },
    'down',
    /^no heartbeat; nobody knows where it is/,
  ],
  [
    'that only neighbours know the place of is down by them, when the store has no sign of it any more',
    { isListed: false, silentMs: null, looks: twice(near('silent')) },
    'down',
    /^no heartbeat; us-1: no answer/,
  ],
  [
    'that an observer knows the place of and sees is unknown',
    { isListed: false, silentMs: null, looks: twice(far('alive')) },
    'unknown',
    /eu-1 gets answers/,
  ],
  [
    'nobody knows the place of is up while its heartbeats come',
    { isListed: false, silentMs: 300 },
    'up',
    /come/,
  ],
  [
    'nobody knows the place of is unknown while the store has its last sign',
    { isListed: false, looks: twice() },
    'unknown',
    /nobody could look/,
  ],
  [
    'nobody knows the place of is unknown until two looks have found nobody who does',
    { isListed: false, silentMs: null, looks: [[]] },
    'unknown',
    /being looked at/,
  ],
  [
    'nobody knows the place of is unknown to a controller that hears few regions',
    { isListed: false, silentMs: null, looks: twice(), hearsMost: false },
    'unknown',
    /nobody could look/,
  ],
];
for (const [title, differing, state, why] of CASES) {
  test(`a node ${title}`, () => {
    const judged = judgeNode(signs(differing));
    assert.equal(judged.state, state);
    assert.match(judged.why, why);
  });
}

test('whatever is seen, only settled looks by another region make a node down', () => {
  const look = fc.record({
    observer: fc.constantFrom('us-1', 'us-3', 'eu-1', 'ap-1'),
    region: fc.constantFrom('us', 'eu', 'ap'),
    saw: fc.constantFrom('alive', 'refused', 'silent' as const),
  });
  const anySigns = fc.record({
    silentMs: fc.option(fc.integer({ min: 0, max: 9000 })),
    looks: fc.array(fc.array(look, { maxLength: 4 }), { maxLength: 3 }),
    isSettled: fc.boolean(),
    before: fc.option(fc.constantFrom('up', 'unknown' as const).map(before)),
  });
  fc.assert(
    fc.property(anySigns, (differing) => {
      if (judgeNode(signs(differing)).state !== 'down') return;
      assert.ok(differing.isSettled);
      assert.ok(differing.silentMs === null || differing.silentMs >= SUSPECT_MS);
      for (const answers of differing.looks.slice(-2)) {
        assert.ok(answers.every(({ saw }) => saw !== 'alive'));
        assert.ok(answers.some(({ region }) => region !== 'us'));
      }
    }),
  );
});

const agents = (...names: string[]): Observer[] => names.map((name) => ({ name, region: name.slice(0, 2) }));
const NODE: Observer = { name: 'us-2', region: 'us' };

test('observers are two of the region and two of others, of different regions, never the node itself', () => {
  const heard = agents('us-1', 'us-2', 'us-3', 'us-4', 'eu-1', 'eu-2', 'ap-1', 'ap-2');
  for (let turn = 0; turn < 9; turn++) {
    const chosen = chooseObservers(NODE, heard, turn);
    assert.equal(chosen.filter(({ region }) => region === 'us').length, 2);
    assert.equal(new Set(chosen.map(({ region }) => region)).size, 3);
    assert.ok(chosen.length === 4 && chosen.every(({ name }) => name !== 'us-2'));
  }
});

test('observers take turns', () => {
  const heard = agents('us-1', 'us-3', 'us-4', 'us-5', 'eu-1', 'eu-2', 'eu-3');
  const chosen = [0, 1, 2, 3].flatMap((turn) => chooseObservers(NODE, heard, turn));
  assert.equal(new Set(chosen.map(({ name }) => name)).size, 7);
});

test('with one other region both far observers are of it, and with none there are none', () => {
  const names = chooseObservers(NODE, agents('eu-1', 'eu-2', 'eu-3'), 0).map(({ name }) => name);
  assert.deepEqual(names, ['eu-1', 'eu-2']);
  assert.deepEqual(chooseObservers(NODE, agents('us-2'), 0), []);
});
