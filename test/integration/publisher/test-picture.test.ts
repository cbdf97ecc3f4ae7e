import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findFont } from '../../../src/lib/publisher/find-font.ts';
import { formatKeyFile, type TestPublisher } from '../../../src/lib/publisher/publisher-arguments.ts';
import { runTestPublisher } from '../../../src/lib/publisher/run-publisher.ts';
import { addStream, replaceTestKey } from '../../../src/lib/streams/streams.ts';
import { readContribution } from '../../support/contribution-reader.ts';
import { type IngestNode, startIngestNode } from '../../support/ingest-node.ts';

const address = '127.204.6.1';
let node: IngestNode;
let dir: string;

before(async () => {
  node = await startIngestNode(address);
  dir = await mkdtemp(join(tmpdir(), 'sc-test-picture-'));
});
after(async () => {
  await node.close();
  await rm(dir, { recursive: true, force: true });
});

async function publisherWith(stream: string, key: string): Promise<TestPublisher> {
  const keyFile = join(dir, stream);
  await writeFile(keyFile, formatKeyFile(key), { mode: 0o600 });
  const picture = {
    width: 320,
    height: 180,
    fps: '30/1',
    kbps: 300,
    audio: true,
    fontFile: await findFont(),
  };
  return { stream, ...picture, keyFile, address, rtmpPort: node.config.node.ports.rtmp };
}

test('frame n of the test picture is stamped n ÷ fps, with a key frame every 2 s', async () => {
  await addStream(node.store, { name: 'picture', by: 'test' });
  const { key } = await replaceTestKey(node.store, { name: 'picture', by: 'test' });
  const stop = new AbortController();
  const dropped: string[] = [];
  const running = runTestPublisher(await publisherWith('picture', key), {
    signal: stop.signal,
    onDropped: (said) => dropped.push(said),
  });
  const base = `http://${address}:${node.config.node.ports.contribution}`;
  try {
    const reader = await readContribution(base, 'picture');
    await reader.waitForTag((tag) => tag.isKeyFrame && tag.timestampMs >= 2000);
    reader.close();
    const frames = reader.tags.filter((tag) => tag.type === 'video' && !tag.isSequenceHeader);
    const first = Math.round((frames[0]!.timestampMs * 30) / 1000);
    for (const [index, frame] of frames.entries()) {
      const n = first + index;
      assert.ok(
        Math.abs(frame.timestampMs - (n * 1000) / 30) <= 0.5,
        `frame ${n} at ${frame.timestampMs} ms`,
      );
      assert.equal(frame.isKeyFrame, n % 60 === 0, `frame ${n}`);
    }
    assert.ok(reader.tags.some((tag) => tag.type === 'audio'));
  } finally {
    stop.abort();
    await running;
  }
  assert.deepEqual(dropped, []);
});

test('a test publisher that is not let in says so', async () => {
  const publisher = await publisherWith('refused', `sk_refused_${'0'.repeat(32)}`);
  const signal = new AbortController().signal;
  await assert.rejects(
    runTestPublisher(publisher, { signal, onDropped: () => undefined }),
    (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'REFUSED');
      assert.ok(!error.message.includes('00000000'), 'without the key');
      return true;
    },
  );
});
