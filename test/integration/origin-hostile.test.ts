import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Peer } from '../../src/lib/nodes/node-config.ts';
import { parseRoute } from '../../src/lib/origin/http/parse-route.ts';
import { ask, askUntil, cleanUp, openFeed, peer, startTestOrigin } from '../support/origin-node.ts';
import { startPipe } from '../support/origin-regions.ts';
import { frame, msnAt, opening, part, segments, VIDEO } from '../support/synthetic-feed.ts';

/** Sends bytes on a connection of their own and waits until the origin closes it or has answered. */
async function throwBytes(address: string, bytes: Uint8Array | string): Promise<void> {
  const socket = connect(8081, address);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.end(bytes);
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

test('any URL is a route or nothing, never an exception', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('/live/', 'demo', '/', '..', '.m4s', 'index.m3u8', '%2e', '?', '1', '.', 'init-', '.mp4'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const route = parseRoute(pieces.join(''));
      if (route !== null && 'stream' in route) assert.match(route.stream, /^[A-Za-z0-9][A-Za-z0-9._-]*$/);
    }),
  );
});

test('hostile HTTP costs its own connection only', async (t) => {
  const address = '127.206.40.1';
  const { url } = await startTestOrigin(t, peer('us-1', address));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send([...opening(), ...segments(next - 3, 3)]);
  await askUntil(`${url}/live/demo/index.m3u8`, ({ status }) => status === 200);
  const requests = [
    '\x00\x01\x02\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'b'.repeat(40_000)}\r\n\r\n`,
    'GET /live/demo/360p/index.m3u8?%%%&_HLS_msn=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET //../..//live/demo/index.m3u8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'POST /live/demo/index.m3u8 HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\nab',
    'POST /feed/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST /feed/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\xff\xff\xff\xff',
  ];
  for (const request of requests) await throwBytes(address, request);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => throwBytes(address, bytes)),
    { numRuns: 30 },
  );
  feed.send([part({ msn: next, part: 0 })]);
  assert.equal((await ask(`${url}/live/demo/360p/${next}.0.m4s`)).status, 200);
});

test('a feed that breaks the contract is refused and leaves no stream behind', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.206.40.2'));
  const evil = { ...VIDEO, id: '../../etc' };
  for (const frames of [
    [part({ msn: 1, part: 0 })],
    opening([VIDEO], 'other'),
    [opening()[0]!, frame({ type: 'tracks', tracks: [evil] })],
    [opening()[0]!, frame({ type: 'tracks', tracks: 7 as never })],
    [opening()[0]!, part({ msn: -1, part: 0 })],
  ]) {
    const feed = openFeed(t, url);
    feed.send(frames);
    assert.notEqual(await feed.ended, 200);
  }
  assert.equal((await ask(`${url}/live/demo/index.m3u8`)).status, 404);
});

test('who tries names keeps nobody from a stream that is not relayed yet, also while an origin hangs', async (t) => {
  const peers = ['us-1', 'us-2', 'eu-1'].map((name, index) => peer(name, `127.206.40.${index + 3}`));
  const [hanging, here, there] = peers as [Peer, Peer, Peer];
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(8081, hanging.address);
  await once(server, 'listening');
  cleanUp(t, () => server.close());
  const relay = await startTestOrigin(t, here, { peers });
  const origin = await startTestOrigin(t, there, { peers });
  startPipe(t, origin, { replica: 'eu-1' });
  let tried = 0;
  const scan = (): void => {
    tried += 1;
    void ask(`${relay.url}/live/name-${tried}/index.m3u8`).catch(() => undefined);
  };
  while (tried < 300) scan();
  const scanning = setInterval(scan, 20);
  cleanUp(t, () => clearInterval(scanning));
  const startedMs = performance.now();
  assert.equal((await ask(`${relay.url}/live/demo/index.m3u8`)).status, 200);
  assert.ok(performance.now() - startedMs < 4000);
  await askUntil(`${relay.url}/status`, () => tried > 400);
  assert.equal((await ask(`${relay.url}/live/demo/index.m3u8`)).status, 200);
});
