import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseMultivariantPlaylist } from '../../src/lib/hls/multivariant-playlist.ts';
import { onlyPathway } from '../../src/lib/hls/with-pathways.ts';
import type { Peer } from '../../src/lib/nodes/node-config.ts';
import type { SteeringManifest } from '../../src/lib/origin/steering/steering.ts';
import { ask, askUntil, openFeed, peer, type Sender, startTestOrigin } from '../support/origin-node.ts';
import { AUDIO, msnAt, opening, PARTS, part, segments, VIDEO } from '../support/synthetic-feed.ts';

let net = 100;

interface Edges {
  /** Addresses of us-1 and eu-1. */
  readonly us: string;
  readonly eu: string;
  readonly euOrigin: { close(): Promise<void> };
  /** Parts stop coming to that edge. */
  silence(region: 'us' | 'eu'): void;
}

/** Two edges of different regions with the same stream, which goes on. */
async function startEdges(t: TestContext, { viewers }: { readonly viewers?: number } = {}): Promise<Edges> {
  net += 1;
  const peers = ['us-1', 'eu-1'].map((name, index): Peer => {
    const plain = peer(name, `127.206.${net}.${index + 1}`, ['origin', 'edge']);
    // Without nginx in between.
    const ports = { ...plain.ports, http: plain.ports.origin };
    return { ...plain, ports, ...(viewers === undefined ? {} : { viewers }) };
  });
  const [us, eu] = await Promise.all(peers.map((node) => startTestOrigin(t, node, { peers })));
  const next = msnAt(Date.now());
  const feeds = new Map<'us' | 'eu', Sender>();
  for (const [region, origin] of [
    ['us', us!],
    ['eu', eu!],
  ] as const) {
    const feed = openFeed(t, origin.url);
    feed.send([...opening(), ...segments(next - 4, 4)]);
    await askUntil(`${origin.url}/live/demo/audio/${next - 1}.m4s`, ({ status }) => status === 200);
    feeds.set(region, feed);
  }
  let count = 0;
  const timer = setInterval(() => {
    const at = { msn: next + Math.floor(count / PARTS), part: count % PARTS };
    for (const feed of feeds.values())
      feed.send([part({ ...at, track: VIDEO }), part({ ...at, track: AUDIO })]);
    count += 1;
  }, 450);
  t.after(() => clearInterval(timer));
  return { us: us!.url, eu: eu!.url, euOrigin: eu!, silence: (region) => void feeds.delete(region) };
}

async function steer(edge: string, query: string): Promise<SteeringManifest> {
  const answer = await ask(`${edge}/live/demo/steering.json?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text) as SteeringManifest;
}

test('the multivariant playlist has a pathway in each region, and everything on them can be played', async (t) => {
  const { us } = await startEdges(t);
  const playlist = parseMultivariantPlaylist((await ask(`${us}/live/demo/index.m3u8`)).text);
  assert.deepEqual(playlist.contentSteering, { serverUri: 'steering.json?home=us-1', pathwayId: 'us-1' });
  for (const name of ['us-1', 'eu-1']) {
    const { variants, audio } = onlyPathway(playlist, name);
    assert.equal(audio.length, 1);
    for (const uri of [variants[0]!.uri, audio[0]!.uri!]) {
      const media = new URL(uri, `${us}/live/demo/index.m3u8`).href;
      assert.equal((await ask(media)).status, 200, media);
    }
  }
});

test('a player is told to stay, when to ask again, and with which bucket', async (t) => {
  const { us } = await startEdges(t);
  const first = await steer(us, 'home=us-1&_HLS_pathway=us-1&_HLS_throughput=5000000');
  assert.deepEqual(first['PATHWAY-PRIORITY'], ['us-1', 'eu-1']);
  assert.ok(first.TTL >= 5 && first.TTL <= 10, `${first.TTL}`);
  const bucket = new URLSearchParams(first['RELOAD-URI'].split('?')[1]).get('bucket');
  const again = await steer(us, first['RELOAD-URI'].split('?')[1]!);
  assert.equal(new URLSearchParams(again['RELOAD-URI'].split('?')[1]).get('bucket'), bucket);
});

test('an edge whose media stands still is not preferred, by itself or by the other one', async (t) => {
  const { us, eu, silence } = await startEdges(t);
  silence('us');
  const away = async (edge: string): Promise<boolean> =>
    (await steer(edge, 'home=us-1'))['PATHWAY-PRIORITY'][0] === 'eu-1';
  await askUntil(`${us}/live/demo/steering.json?home=us-1`, ({ text }) => text.includes('["eu-1","us-1"]'));
  assert.ok(await away(eu));
  const { 'X-STREAMCTL-PLANNED': planned } = await steer(eu, 'home=us-1');
  assert.deepEqual(planned, ['us-1', 'eu-1']);
});

test('an edge that is gone is not preferred', async (t) => {
  const { us, euOrigin } = await startEdges(t);
  await euOrigin.close();
  assert.deepEqual((await steer(us, 'home=eu-1'))['PATHWAY-PRIORITY'], ['us-1', 'eu-1']);
});

test('a full edge sends those who begin to the other region, and nobody who plays', async (t) => {
  const { us } = await startEdges(t, { viewers: 3 });
  const begin = async (): Promise<string> =>
    parseMultivariantPlaylist((await ask(`${us}/live/demo/index.m3u8`)).text).contentSteering!.pathwayId!;
  const begun: string[] = [];
  for (let player = 0; player < 6; player++) begun.push(await begin());
  assert.deepEqual(begun, ['us-1', 'us-1', 'us-1', 'eu-1', 'eu-1', 'eu-1']);
  assert.equal((await steer(us, 'home=us-1&_HLS_pathway=us-1'))['PATHWAY-PRIORITY'][0], 'us-1');
  assert.equal((await steer(us, 'home=us-1&_HLS_pathway=eu-1'))['PATHWAY-PRIORITY'][0], 'eu-1');
});

test('a full edge keeps those who begin when nobody else is well', async (t) => {
  const { us, euOrigin } = await startEdges(t, { viewers: 1 });
  await ask(`${us}/live/demo/index.m3u8`);
  await euOrigin.close();
  const { contentSteering } = parseMultivariantPlaylist((await ask(`${us}/live/demo/index.m3u8`)).text);
  assert.equal(contentSteering?.pathwayId, 'us-1');
});

test('what is not asked as a player asks is refused', async (t) => {
  const { us } = await startEdges(t);
  for (const path of [
    'demo/steering.json',
    'demo/steering.json?home=nobody',
    'other/steering.json?home=us-1',
  ]) {
    assert.equal((await ask(`${us}/live/${path}`)).status, 404, path);
  }
  const odd = await steer(us, 'home=us-1&bucket=-7&_HLS_pathway=%22%3Cscript%3E');
  assert.deepEqual(odd['PATHWAY-PRIORITY'], ['us-1', 'eu-1']);
});
