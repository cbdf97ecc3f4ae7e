import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import { startNginxIngest } from '../../support/nginx-ingest.ts';
import { startRtmpPublisher } from '../../support/rtmp-publisher.ts';
import { until } from '../../support/until.ts';

const address = '127.207.9.1';
/** nginx asks each second: longer than that, and than it waits for an answer. */
const LONG_MS = 4_000;

/** A publisher on an nginx whose agent answers `update` as told; resolves with whether it was hung up on. */
async function isHungUpOn(update: (response: ServerResponse) => void, leaves = false): Promise<boolean> {
  const agentPort = await freePort(address);
  const rtmpPort = await freePort(address);
  let asked = 0;
  const agent = createServer((request, response) => {
    request.resume();
    if (request.url !== '/hooks/update') return void response.writeHead(200).end();
    asked += 1;
    update(response);
  }).listen(agentPort, address);
  await once(agent, 'listening');
  const contributionPort = await freePort(address);
  const nginx = await startNginxIngest({ address, rtmpPort, agentPort, contributionPort });
  const publisher = await startRtmpPublisher({ address, rtmpPort, key: 'demo' });
  try {
    await until(() => asked > 0, 'nginx asks whether the publisher may stay');
    if (leaves) {
      agent.close();
      agent.closeAllConnections();
    }
    return await Promise.race([publisher.ended.then(() => true), sleep(LONG_MS, false)]);
  } finally {
    await publisher.close();
    await nginx.close();
    agent.close();
    agent.closeAllConnections();
  }
}

for (const [what, update, leaves] of [
  ['is gone', (response: ServerResponse) => void response.writeHead(200).end(), true],
  ['hangs', () => undefined, false],
  ['hangs up', (response: ServerResponse) => void response.destroy(), false],
  ['fails', (response: ServerResponse) => void response.writeHead(500).end(), false],
] as const) {
  test(`a publisher goes on while the agent ${what}`, async () => {
    assert.equal(await isHungUpOn(update, leaves), false);
  });
}

test('a publisher whose key was ended is hung up on', async () => {
  assert.equal(await isHungUpOn((response) => void response.writeHead(403).end()), true);
});
