import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { changeRing } from '../../../src/lib/membership/change-ring.ts';
import { addNode, setWeight } from '../../../src/lib/membership/edits.ts';
import { applyPatch, NO_RING } from '../../../src/lib/membership/patch.ts';
import { undoOf } from '../../../src/lib/membership/undo.ts';
import { loadRing, loadRingHistory } from '../../../src/lib/store/ring.ts';
import type { RingRecord } from '../../../src/lib/store/ring-records.ts';
import { connectStore, type Store } from '../../../src/lib/store/store.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import type { ChangeOutcome, WantedChange } from '../../support/ring-changer.ts';
import { ringNode } from '../../support/ring-records.ts';

const CHANGER = join(import.meta.dirname, '../../support/ring-changer.ts');
const PROCESSES = 5;
const CHANGES = 100;
const BY = { who: 'me@here', from: 'pid 1', reason: 'a test', plan: false };
let redis: RedisServer;
let store: Store;

before(async () => {
  redis = await startRedis('127.201.1.4');
  store = await connectStore(redis.options);
});
beforeEach(() => store.redis.flushall());
after(async () => {
  store.close();
  await redis.close();
});

async function runChanger(changes: readonly WantedChange[]): Promise<ChangeOutcome[]> {
  const args = [CHANGER, JSON.stringify(redis.options), JSON.stringify(changes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as ChangeOutcome[];
}

/** The ring that its history makes. */
async function replay(): Promise<RingRecord> {
  const history = await loadRingHistory(store, 1000);
  assert.deepEqual(
    history.map(({ epoch }) => epoch),
    history.map((_, at) => at + 1),
    'every epoch has one line, in order',
  );
  return history.reduce((ring, { after: patch }) => applyPatch(ring, patch), NO_RING);
}

test('of a hundred changes from five processes none is lost, and each that lost says CONFLICT', async () => {
  const shared = ['us-0', 'us-1', 'us-2'];
  for (const name of shared)
    await changeRing(store, { ...BY, what: `add ${name}`, edit: addNode(ringNode(name)) });
  const wanted = Array.from({ length: CHANGES }, (_, at): WantedChange => {
    if (at % 2 === 0) return { kind: 'add', node: `eu-${at}` };
    // Some nodes are wanted twice: one of the two must lose.
    if (at % 10 === 1) return { kind: 'add', node: `ap-${at % 20}` };
    return { kind: 'weight', node: shared[at % 3]!, weight: 2 + (at % 40) };
  });
  const perProcess = Array.from({ length: PROCESSES }, (_, part) =>
    wanted.filter((_each, at) => at % PROCESSES === part),
  );
  const outcomes = (await Promise.all(perProcess.map(runChanger))).flat();
  assert.equal(outcomes.length, CHANGES);

  const ring = (await loadRing(store))!;
  const won = outcomes.filter(({ epoch }) => epoch !== null);
  assert.deepEqual([...new Set(outcomes.map(({ code }) => code))].toSorted(), ['CONFLICT', null].toSorted());
  assert.equal(new Set(won.map(({ epoch }) => epoch)).size, won.length, 'no epoch was given twice');
  assert.equal(ring.epoch, shared.length + won.length);
  assert.deepEqual(await replay(), ring);
  const names = new Set(ring.nodes.map(({ name }) => name));
  for (const { wanted: change, epoch } of outcomes) {
    if (change.kind === 'add')
      assert.ok(names.has(change.node), `${change.node}, ${epoch === null ? 'lost' : 'won'}`);
  }
  const doubles = outcomes.filter(
    ({ wanted: change }) => change.kind === 'add' && change.node.startsWith('ap'),
  );
  assert.equal(
    doubles.filter(({ epoch }) => epoch !== null).length,
    new Set(doubles.map((one) => one.wanted.node)).size,
  );
  for (const name of shared) {
    const changes = won.filter(({ wanted: change }) => change.kind === 'weight' && change.node === name);
    const last = changes.reduce((a, b) => (a.epoch! > b.epoch! ? a : b)).wanted;
    assert.equal(ring.nodes.find((node) => node.name === name)?.weight, (last as { weight: number }).weight);
  }
});

test('a change that is only planned writes nothing', async () => {
  const edit = addNode(ringNode('us-1'));
  const { ring, change } = await changeRing(store, { ...BY, what: 'add us-1', edit, plan: true });
  assert.deepEqual([ring.epoch, change.before.nodes], [1, { 'us-1': null }]);
  assert.deepEqual(await store.redis.keys('*'), []);
});

test('the history says who changed what from where and why, and an undo is a line of it', async () => {
  await changeRing(store, { ...BY, what: 'add us-1', edit: addNode(ringNode('us-1')) });
  await changeRing(store, { ...BY, what: 'set-weight us-1 3', edit: setWeight('us-1', 3) });
  const [, second] = await loadRingHistory(store, 10);
  const { who, from, reason, what, before: was, after: is, atMs } = second!;
  assert.deepEqual([who, from, reason, what], ['me@here', 'pid 1', 'a test', 'set-weight us-1 3']);
  assert.deepEqual([was.nodes?.['us-1']?.weight, is.nodes?.['us-1']?.weight], [1, 3]);
  assert.ok(Math.abs(atMs - Date.now()) < 60_000);
  await changeRing(store, { ...BY, what: 'undo 2', edit: undoOf(second!) });
  assert.equal((await loadRing(store))?.nodes[0]?.weight, 1);
  const [, , undo] = await loadRingHistory(store, 10);
  await changeRing(store, { ...BY, what: 'undo 3', edit: undoOf(undo!) });
  assert.equal((await loadRing(store))?.nodes[0]?.weight, 3);
  assert.deepEqual(await replay(), await loadRing(store));
});
