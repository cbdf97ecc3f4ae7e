import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parsePathways } from '../../src/lib/hedge/pathway.ts';
import { parseMultivariantPlaylist } from '../../src/lib/hls/multivariant-playlist.ts';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import type { Peer } from '../../src/lib/nodes/node-config.ts';
import { renderNodeFiles } from '../../src/lib/render/node-files.ts';
import {
  ask,
  askUntil,
  cleanUp,
  nodeConfig,
  openFeed,
  peer,
  type Sender,
  startTestOrigin,
  type TestOrigin,
  temporaryDir,
} from '../support/origin-node.ts';
import { msnAt, opening, part, segments } from '../support/synthetic-feed.ts';

let host = 0;

/** A real nginx with the project's own template before an origin; both end with the test. */
async function startEdge(
  t: TestContext,
  {
    behind = {},
    others = [],
  }: { readonly behind?: Pick<Peer, 'url'>; readonly others?: readonly Peer[] } = {},
): Promise<{ url: string; origin: TestOrigin; node: Peer }> {
  host += 1;
  const node = { ...peer('us-1', `127.206.2.${host}`, ['origin', 'edge']), ...behind };
  const dir = await temporaryDir(t);
  const origin = await startTestOrigin(t, node, { dir, peers: [node, ...others] });
  const template = await readFile(new URL('../../templates/nginx-edge.conf', import.meta.url), 'utf8');
  const files = renderNodeFiles(nodeConfig(node, [node], dir), { 'nginx-edge.conf': template });
  const conf = join(dir, 'nginx-edge.conf');
  await writeFile(conf, files.find(({ path }) => path.endsWith('nginx-edge.conf'))!.text);
  await mkdir(join(dir, 'data'), { recursive: true });
  await mkdir(join(dir, 'www', 'assets'), { recursive: true });
  await writeFile(join(dir, 'www', 'watch.html'), '<title>watch</title>');
  await writeFile(join(dir, 'www', 'assets', 'player.js'), 'void 0;');
  const nginx = spawn('/usr/sbin/nginx', ['-e', 'stderr', '-p', dir, '-c', conf], { stdio: 'ignore' });
  cleanUp(t, async () => {
    nginx.kill('SIGTERM');
    if (nginx.exitCode === null) await once(nginx, 'exit');
  });
  const url = `http://${node.address}:${node.ports.http}`;
  const refused = { status: 0, headers: {}, body: Buffer.alloc(0), text: '' };
  await askUntil(url, (answer) => answer.status === 404, { asking: (at) => ask(at).catch(() => refused) });
  return { url, origin, node };
}

async function startLive(
  t: TestContext,
): Promise<{ url: string; origin: TestOrigin; feed: Sender; next: number }> {
  const { url, origin } = await startEdge(t);
  const feed = openFeed(t, origin.url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - 10, 10)]);
  await askUntil(`${origin.url}/live/demo/audio/${next - 1}.m4s`, (answer) => answer.status === 200);
  return { url, origin, feed, next };
}

test('a viewer gets playlists, blocking reloads and media through nginx as from the origin', async (t) => {
  const { url, origin, feed, next } = await startLive(t);
  const path = '/live/demo/360p/index.m3u8';
  const blocked = ask(`${url}${path}?_HLS_msn=${next}&_HLS_part=0`, {
    headers: { 'accept-encoding': 'gzip' },
  });
  const hinted = ask(`${url}/live/demo/360p/${next}.0.m4s`);
  await askUntil(`${origin.url}/live/demo/360p/${next - 1}.m4s`, (answer) => answer.status === 200);
  feed.send([part({ msn: next, part: 0 })]);
  const answer = await blocked;
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.equal(parseMediaPlaylist(gunzipSync(answer.body).toString()).segments.at(-1)!.msn, next);
  assert.match((await hinted).text, /^360p /);
  const whole = `/live/demo/360p/${next - 10}.m4s`;
  const [direct, edged] = await Promise.all([ask(`${origin.url}${whole}`), ask(`${url}${whole}`)]);
  assert.deepEqual([edged.status, edged.body], [200, direct.body]);
  assert.equal(edged.headers['cache-control'], 'public, max-age=86400, immutable');
  assert.equal(
    (await ask(`${url}${path}`, { method: 'OPTIONS' })).headers['access-control-allow-origin'],
    '*',
  );
});

test('the player page and its assets are served, and nothing else of the node', async (t) => {
  const { url } = await startEdge(t);
  assert.match((await ask(`${url}/watch/demo`)).text, /<title>watch/);
  assert.match(String((await ask(`${url}/assets/player.js`)).headers['content-type']), /^text\/javascript/);
  for (const path of ['/', '/status', '/feed/demo', '/watch/', '/watch/a/b', '/assets/../../node.json']) {
    assert.ok((await ask(`${url}${path}`)).status >= 400, path);
  }
  assert.equal((await ask(`${url}/watch/demo`)).headers.server, 'nginx');
});

test('pages of others may import the loader, and learn the edges through nginx', async (t) => {
  const { url, node } = await startEdge(t);
  assert.equal((await ask(`${url}/assets/player.js`)).headers['access-control-allow-origin'], '*');
  const { text, headers } = await ask(`${url}/live/demo/pathways.json`);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.deepEqual(parsePathways(text)?.pathways, [{ name: node.name, region: node.region, baseUrl: url }]);
});

test('behind a TLS proxy viewers are told the urls of edges, and of one without a url its own address', async (t) => {
  const eu = { ...peer('eu-1', '127.206.2.201', ['edge']), url: 'https://eu.example.com' };
  const ap = peer('ap-1', '127.206.2.202', ['edge']);
  const { url, origin } = await startEdge(t, { behind: { url: 'https://us.example.com' }, others: [eu, ap] });
  const feed = openFeed(t, origin.url);
  feed.send([...opening(), ...segments(msnAt(Date.now()) - 3, 3)]);
  // As a proxy on the edge's machine asks.
  const headers = { host: 'us.example.com', 'x-forwarded-proto': 'https' };
  const asking = (at: string) => ask(at, { headers });
  const { text } = await askUntil(`${url}/live/demo/index.m3u8`, ({ status }) => status === 200, { asking });
  const uris = parseMultivariantPlaylist(text).variants.map(({ uri, pathwayId }) => `${pathwayId} ${uri}`);
  assert.deepEqual(
    [...new Set(uris.map((uri) => uri.replace(/[^/ ]+\/index.m3u8$/, '…')))],
    ['us-1 …', 'eu-1 https://eu.example.com/live/demo/…', 'ap-1 http://127.206.2.202:8080/live/demo/…'],
  );
  const pathways = parsePathways((await asking(`${url}/live/demo/pathways.json`)).text)!;
  assert.equal(pathways.node, 'us-1');
  assert.deepEqual(
    pathways.pathways.map(({ baseUrl }) => baseUrl),
    ['https://us.example.com', 'https://eu.example.com', 'http://127.206.2.202:8080'],
  );
  const steering = await asking(`${url}/live/demo/steering.json?home=us-1&_HLS_pathway=us-1`);
  assert.equal(steering.status, 200);
  assert.doesNotMatch(steering.text, /http/);
});

test('while the origin is down viewers get a 503 that a page may read, and are served again afterwards', async (t) => {
  const { url, origin, node } = await startEdge(t);
  await origin.close();
  const answer = await ask(`${url}/live/demo/index.m3u8`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  const again = await startTestOrigin(t, node);
  const feed = openFeed(t, again.url);
  feed.send([...opening(), ...segments(msnAt(Date.now()) - 3, 3)]);
  await askUntil(`${url}/live/demo/index.m3u8`, ({ status }) => status === 200);
});
