import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamStateReport } from '../../src/lib/health/report.ts';
import { parsePathways } from '../../src/lib/hedge/pathway.ts';
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

test('players that ask again and again for a rendition that has gone are not counted as viewers', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.205.4.8'));
  const next = msnAt(Date.now());
  const feed = openFeed(t, url);
  feed.send([...opening(), ...segments(next - 2, 2), status('live')]);
  await askUntil(`${url}/live/demo/state.json`, (answer) => answer.status === 200);
  for (let request = 0; request < 30; request++) {
    assert.equal((await ask(`${url}/live/demo/gone/index.m3u8?_HLS_msn=${next}&_HLS_part=0`)).status, 404);
  }
  assert.equal(JSON.parse((await ask(`${url}/status`)).text).streams[0].viewers, 0);
  feed.send(segments(next, 1));
  await askUntil(`${url}/live/demo/360p/index.m3u8`, (answer) => answer.status === 200);
  assert.ok(JSON.parse((await ask(`${url}/status`)).text).streams[0].viewers > 0);
});

test('state.json of a stream that is not here is 404 and starts no relay', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.205.4.2'));
  assert.equal((await ask(`${url}/live/nothing/state.json`)).status, 404);
  assert.deepEqual(JSON.parse((await ask(`${url}/status`)).text).streams, []);
});

test('pathways.json tells the edges of the cluster as it is now, to pages of others too', async (t) => {
  const own = peer('us-2', '127.205.4.3', ['edge']);
  let peers = [peer('us-1', '127.205.4.4'), own, peer('eu-2', '127.205.4.5', ['edge'])];
  const { url } = await startTestOrigin(t, own, { peers, deps: { peers: () => peers } });
  const address = `${url}/live/demo/pathways.json`;
  const answer = await ask(address);
  const eu = { name: 'eu-2', region: 'eu', baseUrl: 'http://127.205.4.5:8080' };
  const us = { name: 'us-2', region: 'us', baseUrl: 'http://127.205.4.3:8080' };
  const here = { mediaAgeMs: null, load: 0 };
  assert.deepEqual(parsePathways(answer.text), { version: 1, node: 'us-2', pathways: [us, eu], here });
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  peers = peers.slice(0, 2);
  assert.deepEqual(parsePathways((await ask(address)).text)?.pathways, [us]);
});

test('asking for the pathways gets the stream ready here', async (t) => {
  const source = peer('us-1', '127.205.4.6');
  const own = peer('eu-2', '127.205.4.7', ['edge']);
  const origin = await startTestOrigin(t, source);
  const next = msnAt(Date.now());
  openFeed(t, origin.url).send([...opening(), ...segments(next - 2, 2), status('live')]);
  const { url } = await startTestOrigin(t, own, { peers: [source, own] });
  await ask(`${url}/live/demo/pathways.json`);
  await askUntil(`${url}/live/demo/state.json`, (answer) => answer.status === 200);
});
