import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HedgeBudget } from '../../../src/lib/hedge/hedge-budget.ts';
import { orderFromHome, parsePathways } from '../../../src/lib/hedge/pathway.ts';
import { PathwayBoard } from '../../../src/lib/hedge/pathway-board.ts';
import { Patience } from '../../../src/lib/hedge/patience.ts';

const pathway = (name: string) => ({ name, region: name.split('-')[0]!, baseUrl: `http://${name}:8080` });
const ALL = ['us-1', 'us-2', 'eu-1', 'ap-1'].map(pathway);
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test('pathways are ordered from home: the rest of its region, then the others as given', () => {
  assert.deepEqual(names(orderFromHome(ALL, 'eu-1')), ['eu-1', 'us-1', 'us-2', 'ap-1']);
  assert.deepEqual(names(orderFromHome(ALL, 'us-2')), ['us-2', 'us-1', 'eu-1', 'ap-1']);
  assert.deepEqual(names(orderFromHome(ALL, 'gone')), names(ALL));
});

test('an answer that tells no pathways is refused, and addresses that are none are left out', () => {
  for (const text of ['', '[]', 'null', '{"node":1,"pathways":[]}', '{"node":"a"}']) {
    assert.equal(parsePathways(text), null, text);
  }
  const twice = { version: 1, node: 'us-1', pathways: [pathway('us-1'), pathway('us-1')] };
  assert.equal(parsePathways(JSON.stringify(twice)), null);
  const odd = {
    version: 1,
    node: 'us-1',
    pathways: [pathway('us-1'), { name: 'x', region: 'eu', baseUrl: 'javascript:1' }],
  };
  assert.deepEqual(names(parsePathways(JSON.stringify(odd))!.pathways), ['us-1']);
});

test('home keeps the address over which the player was reached', () => {
  const board = new PathwayBoard('https://live.example/', 5000);
  board.learn({ version: 1, node: 'us-2', pathways: ALL });
  assert.deepEqual(board.inUse, { name: 'us-2', region: 'us', baseUrl: 'https://live.example' });
  assert.equal(board.pathOf('https://live.example/live/demo/index.m3u8'), '/live/demo/index.m3u8');
  assert.equal(board.pathOf('http://eu-1:8080/live/demo/index.m3u8'), '/live/demo/index.m3u8');
  assert.equal(board.pathOf('http://eu-1:8081/live/demo/index.m3u8'), null);
});

test('the next to ask is in a region that was not asked, and did not fail lately', () => {
  const board = new PathwayBoard('http://us-1:8080', 5000);
  board.learn({ version: 1, node: 'us-1', pathways: ALL });
  assert.equal(board.next(new Set(['us-1']), 0)?.name, 'eu-1');
  board.fail(ALL[2]!, 1000);
  assert.equal(board.next(new Set(['us-1']), 1000)?.name, 'ap-1');
  assert.equal(board.next(new Set(['us-1', 'ap-1']), 1000)?.name, 'us-2');
  assert.equal(board.next(new Set(['us-1', 'ap-1', 'us-2']), 1000)?.name, 'eu-1');
  assert.equal(board.next(new Set(names(ALL)), 1000), null);
  assert.equal(board.next(new Set(['us-1']), 7000)?.name, 'eu-1');
});

test('a pathway that is taken away is left for the first that is there', () => {
  const board = new PathwayBoard('http://us-1:8080', 5000);
  board.learn({ version: 1, node: 'us-1', pathways: ALL });
  board.learn({ version: 1, node: 'eu-1', pathways: ALL.slice(1) });
  assert.equal(board.inUse.name, 'us-2');
  assert.equal(board.pathOf('http://us-1:8080/live/x'), '/live/x');
});

test('an origin that is asked directly is a pathway too', () => {
  const board = new PathwayBoard('http://us-9:8081', 5000);
  board.learn({ version: 1, node: 'us-9', pathways: ALL });
  assert.deepEqual([board.inUse.name, board.order.length], ['us-9', 5]);
});

test('the budget allows so many at once, then so many a second, and keeps a reserve', () => {
  const budget = new HedgeBudget({ capacity: 3, perSec: 1 });
  const taken = [0, 0, 0, 0, 500, 1000, 1000].map((atMs) => budget.take(atMs, 0));
  assert.deepEqual(taken, [true, true, true, false, false, true, false]);
  assert.deepEqual(
    [3000, 3000].map((atMs) => budget.take(atMs, 1)),
    [true, false],
  );
  assert.equal(budget.take(3000, 0), true);
});

test('patience grows with each vain hedge up to its maximum, and comes back', () => {
  const patience = new Patience({ baseMs: 300, maxMs: 900, calmMs: 10_000 });
  assert.equal(patience.slackMs(0), 300);
  for (let count = 0; count < 9; count += 1) patience.wasted(1000);
  assert.equal(patience.slackMs(1000), 900);
  assert.equal(patience.slackMs(12_000), 675);
  assert.equal(patience.slackMs(99_000), 300);
});

test('patience ends where one answer after the other is late, later each time that was in vain', () => {
  const patience = new Patience({ baseMs: 300, maxMs: 900, calmMs: 10_000 });
  patience.wasted(0);
  const late = (count: number): number => {
    for (let done = 0; done < count; done += 1) patience.answered(350);
    return patience.slackMs(0);
  };
  assert.deepEqual([late(1), late(1)], [450, 300]);
  patience.answered(250);
  assert.equal(late(1), 450, 'one that is in time was no accident either');
  late(1);
  patience.wasted(0);
  assert.deepEqual([late(3), late(1)], [675, 300]);
  patience.moved();
  assert.equal(patience.slackMs(0), 675);
});

test('a hedge that was allowed and not sent is given back to the budget', () => {
  const budget = new HedgeBudget({ capacity: 1, perSec: 1 });
  assert.deepEqual([budget.take(0, 0), budget.take(0, 0)], [true, false]);
  budget.giveBack();
  assert.deepEqual([budget.take(0, 0), budget.take(0, 0)], [true, false]);
});
