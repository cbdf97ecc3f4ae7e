import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamStateReport } from '../../src/lib/health/report.ts';
import { ask, askUntil, openFeed, peer, startTestOrigin } from '../support/origin-node.ts';
import { msnAt, opening, segments, status } from '../support/synthetic-feed.ts';

test('state.json tells pages the state, the node and its clock, and is never cached', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.205.4.1'));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - 2, 2), status('live')]);
  const address = `${url}/live/demo/state.json`;
  await askUntil(address, (answer) => answer.status === 200);
  const live = await ask(address);
  const { state, node, region, nowMs } = JSON.parse(live.text) as StreamStateReport;
  assert.deepEqual([state, node, region], ['live', 'us-1', 'us']);
  assert.ok(Math.abs(nowMs - Date.now()) < 5000);
  assert.equal(live.headers['cache-control'], 'no-store');
  feed.send([status('slate')]);
  await askUntil(address, ({ text }) => text.includes('"slate"'));
});

test('state.json of a stream that is not here is 404 and starts no relay', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.205.4.2'));
  assert.equal((await ask(`${url}/live/nothing/state.json`)).status, 404);
  assert.deepEqual(JSON.parse((await ask(`${url}/status`)).text).streams, []);
});
