import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addStream, removeStream } from '../../../src/lib/streams/streams.ts';
import { type AgentNodes, startAgentNodes } from '../../support/agent-nodes.ts';
import { until } from '../../support/until.ts';

const STREAMS = 200;
const ROUNDS = 5;
const AT_ONCE = 20;
/** What a cluster without streams keeps in its store. */
const AT_REST =
  /^sc:test:(ring|ring-history|controller|controller-token|verdicts|events|heartbeat:[a-z0-9-]+|pulse:[a-z0-9-]+)$/;

let nodes: AgentNodes;
before(async () => {
  nodes = await startAgentNodes({
    names: ['us-1', 'us-2', 'us-3', 'eu-1', 'eu-2', 'ap-1'],
    block: '127.202.14',
  });
});
after(() => nodes.close());

/** Publishes and leaves, five times, on nodes in turn; each second time without waiting for pipelines. */
async function churn(stream: string, index: number): Promise<number> {
  const { key } = await addStream(nodes.store, { name: stream, by: 'test' });
  let starts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const node = nodes.nodes[(index + round) % nodes.nodes.length]!;
    const client = `${index}.${round}`;
    // In use until the store has heard that the last publisher left.
    await until(async () => (await node.publish(key, client)) === 302, `${stream} to be let in`);
    starts++;
    if (round % 2 === 0) await until(() => nodes.running(stream).length >= 2, `${stream} to run`);
    await node.leave(client);
  }
  return starts;
}

test('a thousand starts and stops leave no placement, unit, file or key behind', {
  timeout: 240_000,
}, async () => {
  const names = Array.from({ length: STREAMS }, (_, index) => `s${index}`);
  const queue = names.entries();
  let starts = 0;
  const work = async () => {
    for (const [index, stream] of queue) {
      const made = await churn(stream, index);
      starts += made;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  assert.equal(starts, STREAMS * ROUNDS);
  await until(
    async () => (await nodes.store.redis.hlen(nodes.store.keys.placements)) === 0,
    'every placement to be given back',
  );
  for (const name of names) await removeStream(nodes.store, { name, by: 'test' });
  const units = () => nodes.nodes.reduce((sum, { services }) => sum + services.units.size, 0);
  await until(() => units() === 0, 'every unit to be removed');
  const leftKeys = async () => (await nodes.store.redis.keys('*')).filter((key) => !AT_REST.test(key));
  await until(async () => (await leftKeys()).length === 0, 'the store to be at rest').catch(() => undefined);
  assert.deepEqual(await leftKeys(), []);
  for (const node of nodes.nodes) {
    assert.equal(node.sessions.size, 0);
    const known = async () =>
      JSON.parse(await readFile(join(node.config.dirs.data, 'agent-known.json'), 'utf8')) as {
        keys: unknown[];
        placed: unknown[];
      };
    await until(
      async () => (await known()).placed.length + (await known()).keys.length === 0,
      `${node.name} to forget`,
    );
    // Now that it has nothing more to write.
    const files = await readdir(node.config.dirs.data);
    assert.deepEqual(files.sort(), ['agent-known.json', 'ring.json']);
  }
});
