import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fetchJson, probePort } from '../../../src/lib/health/ask-node.ts';
import { type CollectDeps, collectCluster, type PortState } from '../../../src/lib/health/collect-cluster.ts';
import { createAgent, createOrigin, NOW_MS, PEERS } from '../../support/cluster-answers.ts';

const PEER = PEERS[2]!;
const AGENT_URL = 'http://127.206.2.1:8082/v1/status';
const ORIGIN_URL = 'http://127.206.2.1:8081/status';

/** Answers the URLs given and refuses the rest. */
function fake(pages: Record<string, unknown>, port: PortState = 'refused'): CollectDeps {
  return {
    fetchJson: async (url) => {
      if (!(url in pages)) throw new Error('connection refused');
      return pages[url];
    },
    probePort: async () => port,
    nowMs: () => NOW_MS,
  };
}

test('an agent that answers is all that is asked', async () => {
  const asked: string[] = [];
  const deps = fake({ [AGENT_URL]: createAgent(PEER) });
  const [answer] = await collectCluster([PEER], {
    ...deps,
    fetchJson: (url, timeoutMs) => {
      asked.push(url);
      return deps.fetchJson(url, timeoutMs);
    },
  });
  assert.equal(answer?.reach, 'agent');
  assert.equal(answer?.origin?.node, 'eu-1');
  assert.deepEqual(asked, [AGENT_URL]);
});

test('when the agent does not answer the origin is asked', async () => {
  const [answer] = await collectCluster([PEER], fake({ [ORIGIN_URL]: createOrigin('eu-1', []) }));
  assert.equal(answer?.reach, 'origin');
  assert.equal(answer?.why, 'connection refused');
});

test('a node is refused only when every port refuses', async () => {
  for (const port of ['refused', 'open', 'silent'] as const) {
    const [answer] = await collectCluster([PEER], fake({}, port));
    assert.equal(answer?.reach, port === 'refused' ? 'refused' : 'silent');
  }
});

test('what is no report of this node is not taken for one', async () => {
  const cases: [unknown, RegExp][] = [
    [null, /not a streamctl agent/],
    ['hello', /not a streamctl agent/],
    [{ version: 2 }, /version 2/],
    [createAgent(PEERS[0]!), /another node answers there \(us-1\)/],
    [{ ...createAgent(PEER), units: undefined }, /incomplete/],
    [{ ...createAgent(PEER), origin: { streams: 7 } }, /incomplete/],
  ];
  for (const [page, why] of cases) {
    const [answer] = await collectCluster([PEER], fake({ [AGENT_URL]: page }, 'open'));
    assert.equal(answer?.reach, 'silent');
    assert.match(answer.why, why);
  }
});

test('a clock is off only by what the request itself does not explain', async () => {
  const cases = [
    [NOW_MS + 40, 0],
    [NOW_MS + 900, 800],
    [NOW_MS - 300, -300],
  ] as const;
  for (const [theirs, skewMs] of cases) {
    let reads = 0;
    const [answer] = await collectCluster([PEER], {
      ...fake({ [AGENT_URL]: createAgent(PEER, { nowMs: theirs }) }),
      nowMs: () => NOW_MS + 100 * reads++,
    });
    assert.equal(answer?.clockSkewMs, skewMs);
  }
});

async function serving(listener: RequestListener, use: (url: string, port: number) => Promise<void>) {
  const server = createServer(listener).listen(0, '127.206.9.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.206.9.1:${port}/`, port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('fetchJson() gives the JSON of a 200 and words for anything else', async () => {
  await serving(
    (_, response) => response.end('{"a":1}'),
    async (url) => assert.deepEqual(await fetchJson(url, 2000), { a: 1 }),
  );
  await serving(
    (_, response) => response.writeHead(503).end('{}'),
    async (url) => assert.rejects(fetchJson(url, 2000), /^Error: answered 503$/),
  );
  await serving(
    (_, response) => response.end('<html>'),
    async (url) => assert.rejects(fetchJson(url, 2000), /not JSON/),
  );
  await serving(
    () => {},
    async (url) => assert.rejects(fetchJson(url, 30), /no answer within 30 ms/),
  );
  await assert.rejects(fetchJson('http://127.206.9.2:9/', 2000), /connection refused/);
});

test('fetchJson() gives up on an answer that stops in the middle', async () => {
  await serving(
    (_, response) => response.writeHead(200).write('{"a":'),
    async (url) => assert.rejects(fetchJson(url, 50), /no answer within 50 ms/),
  );
});

test('probePort() tells open from refused', async () => {
  await serving(
    () => {},
    async (_, port) => assert.equal(await probePort('127.206.9.1', port, 2000), 'open'),
  );
  assert.equal(await probePort('127.206.9.2', 9, 2000), 'refused');
});
