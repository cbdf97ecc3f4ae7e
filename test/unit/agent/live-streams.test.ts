import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { collectLiveStreams } from '../../../src/lib/agent/live-streams.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';

const ADDRESS = '127.211.5.1';
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

/** An ingest node whose contribution daemon has these sessions; null: it does not answer. */
async function ingest(region: string, sessions: readonly object[] | null): Promise<Peer> {
  const server = createServer((_request, response) => {
    response.end(sessions === null ? 'no' : JSON.stringify({ sessions }));
  });
  servers.push(server);
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  const contribution = (server.address() as AddressInfo).port;
  const ports = { rtmp: 1, http: 1, origin: 1, agent: 1, redis: 1, sentinel: 1, contribution };
  return { name: `${region}-1`, region, address: ADDRESS, roles: ['ingest'], ports, weight: 1 };
}

test('a stream that is published in two regions is at home where its oldest session is', async () => {
  const us = await ingest('us', [
    { stream: 'both', sessionId: 20, placed: true },
    { stream: 'one', sessionId: 5, placed: false },
  ]);
  const eu = await ingest('eu', [{ stream: 'both', sessionId: 10, placed: false }]);
  const { live, isComplete } = await collectLiveStreams({ peers: [us, eu] });
  assert.equal(isComplete, true);
  assert.deepEqual(
    live.toSorted((a, b) => (a.stream < b.stream ? -1 : 1)),
    [
      { stream: 'both', region: 'eu', placed: true },
      { stream: 'one', region: 'us', placed: false },
    ],
  );
});

test('without a word from one ingest nobody knows all that is published', async () => {
  const peers = [await ingest('us', [{ stream: 'one', sessionId: 5 }]), await ingest('eu', null)];
  const { live, isComplete } = await collectLiveStreams({ peers });
  assert.deepEqual([live.map(({ stream }) => stream), isComplete], [['one'], false]);
});
