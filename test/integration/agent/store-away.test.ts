import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { addStream } from '../../../src/lib/streams/streams.ts';
import { readContribution } from '../../support/contribution-reader.ts';
import { type IngestNode, startIngestNode } from '../../support/ingest-node.ts';
import { type RtmpPublisher, startRtmpPublisher } from '../../support/rtmp-publisher.ts';
import { until } from '../../support/until.ts';

const address = '127.204.4.1';
let node: IngestNode;
let publishers: RtmpPublisher[] = [];

before(async () => {
  node = await startIngestNode(address);
});
afterEach(async () => {
  await Promise.all(publishers.map((publisher) => publisher.close()));
  publishers = [];
});
after(() => node.close());

async function publish(key: string): Promise<RtmpPublisher> {
  const publisher = await startRtmpPublisher({ address, rtmpPort: node.config.node.ports.rtmp, key });
  publishers.push(publisher);
  return publisher;
}

test('with the store gone, what is published goes on, and a known key can publish', async () => {
  const running = await addStream(node.store, { name: 'running', by: 'test' });
  const known = await addStream(node.store, { name: 'known', by: 'test' });
  await publish(running.key);
  const base = `http://${address}:${node.config.node.ports.contribution}`;
  const reader = await readContribution(base, 'running');
  await until(() => node.pipelines.units.get('pipeline-running')?.running === true, 'the pipeline');
  await node.redis.close();
  await until(async () => (await node.status()).store === 'down', 'the agent to miss the store');
  assert.equal((await node.status()).health === 'up', false);

  await publish(known.key);
  await until(() => node.pipelines.units.get('pipeline-known')?.running === true, 'the second pipeline');
  const second = await publish(known.key);
  assert.notEqual(await second.ended, 0, 'one publisher a stream even so');

  const lastMs = reader.tags.at(-1)!.timestampMs;
  await reader.waitForTag((tag) => tag.timestampMs > lastMs + 300);
  assert.equal(reader.isEnded(), false);
  assert.ok(node.pipelines.units.get('pipeline-running')?.running, 'nothing is stopped on a guess');
  reader.close();
});
