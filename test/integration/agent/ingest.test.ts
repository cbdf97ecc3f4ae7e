import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSessions } from '../../../src/lib/store/load-sessions.ts';
import { addStream, removeStream, revokeKey, rotateKey } from '../../../src/lib/streams/streams.ts';
import { type ContributionReader, readContribution } from '../../support/contribution-reader.ts';
import { type IngestNode, startIngestNode } from '../../support/ingest-node.ts';
import { type RtmpPublisher, startRtmpPublisher } from '../../support/rtmp-publisher.ts';
import { until } from '../../support/until.ts';

const address = '127.204.3.1';
const by = 'test';
let node: IngestNode;
let base: string;
let publishers: RtmpPublisher[] = [];
let readers: ContributionReader[] = [];

before(async () => {
  node = await startIngestNode(address);
  base = `http://${address}:${node.config.node.ports.contribution}`;
});
afterEach(async () => {
  for (const reader of readers) reader.close();
  await Promise.all(publishers.map((publisher) => publisher.close()));
  publishers = [];
  readers = [];
});
after(() => node.close());

async function publish(key: string): Promise<RtmpPublisher> {
  const publisher = await startRtmpPublisher({ address, rtmpPort: node.config.node.ports.rtmp, key });
  publishers.push(publisher);
  return publisher;
}

async function read(stream: string): Promise<ContributionReader> {
  const reader = await readContribution(base, stream);
  readers.push(reader);
  return reader;
}

async function isLive(stream: string): Promise<boolean> {
  return (await loadSessions(node.store, [stream])).length === 1;
}

async function goesOn(reader: ContributionReader): Promise<void> {
  const lastMs = reader.tags.at(-1)?.timestampMs ?? 0;
  await reader.waitForTag((tag) => tag.timestampMs > lastMs + 300);
  assert.equal(reader.isEnded(), false);
}

test('the right key opens a session, starts the pipeline and gives media from its first key frame', async () => {
  const { key, keyId } = await addStream(node.store, { name: 'right', by });
  await publish(key);
  const reader = await read('right');
  const first = await reader.waitForTag((tag) => tag.type === 'video' && !tag.isSequenceHeader);
  assert.ok(first.isKeyFrame);
  assert.ok(first.timestampMs < 1000, `the first key frame, not one ${first.timestampMs} ms later`);
  const [session] = await loadSessions(node.store, ['right']);
  assert.deepEqual([session?.node, session?.sessionId, session?.keyId], ['us-1', reader.sessionId, keyId]);
  await until(() => node.pipelines.units.get('pipeline-right')?.running === true, 'the pipeline');
  const { sessions } = await node.status();
  assert.ok(sessions.some(({ stream, sessionId }) => stream === 'right' && sessionId === reader.sessionId));
});

test("an epoch that the publisher adds to its key becomes the session's, when it is believable", async () => {
  for (const [offMs, isTaken] of [
    [-1500, true],
    [-60_000, false],
  ] as const) {
    const { key } = await addStream(node.store, { name: `says${isTaken ? '' : '-wrong'}`, by });
    const epochMs = Date.now() + offMs;
    await publish(`${key}?epoch=${epochMs}`);
    const reader = await read(`says${isTaken ? '' : '-wrong'}`);
    assert.equal(reader.epochMs === epochMs, isTaken, `${reader.epochMs} for ${epochMs}`);
    const told = (await (await fetch(`${base}/sessions/says${isTaken ? '' : '-wrong'}`)).json()) as object;
    assert.equal('epochMs' in told && told.epochMs, reader.epochMs);
  }
});

test('when the publisher goes the session closes and the pipeline stays for its slate', async () => {
  const { key } = await addStream(node.store, { name: 'goes', by });
  const publisher = await publish(key);
  const reader = await read('goes');
  await until(() => isLive('goes'), 'the session');
  await publisher.close();
  await until(reader.isEnded, 'the end of the body');
  await until(async () => !(await isLive('goes')), 'the session to close');
  await until(() => node.pipelines.units.get('pipeline-goes')?.running === true, 'the pipeline');
});

test('a wrong key is refused and counted', async () => {
  await addStream(node.store, { name: 'wrong', by });
  const before = (await node.status()).refused.wrongKey;
  const publisher = await publish(`sk_wrong_${'0'.repeat(32)}`);
  assert.notEqual(await publisher.ended, 0);
  assert.equal((await node.status()).refused.wrongKey, before + 1);
  assert.equal(await isLive('wrong'), false);
});

test('a key in use is refused and counted, and who uses it goes on', async () => {
  const { key } = await addStream(node.store, { name: 'twice', by });
  await publish(key);
  const reader = await read('twice');
  await goesOn(reader);
  const before = (await node.status()).refused.inUse;
  const second = await publish(key);
  assert.notEqual(await second.ended, 0);
  assert.equal((await node.status()).refused.inUse, before + 1);
  await goesOn(reader);
  assert.ok(await isLive('twice'));
});

test('old and new key are both good after a rotation, and a revoked one is not', async () => {
  const first = await addStream(node.store, { name: 'rotated', by });
  const second = await rotateKey(node.store, { name: 'rotated', by });
  for (const { key } of [first, second]) {
    const publisher = await publish(key);
    await goesOn(await read('rotated'));
    await publisher.close();
    await until(async () => !(await isLive('rotated')), 'the session to close');
  }
  await revokeKey(node.store, { name: 'rotated', keyId: first.keyId, by });
  const refused = await publish(first.key);
  assert.notEqual(await refused.ended, 0);
});

test('a publisher whose key is revoked, or whose stream is removed, is cut off soon; others go on', async (t) => {
  const revoked = await addStream(node.store, { name: 'revoked', by });
  const removed = await addStream(node.store, { name: 'removed', by });
  const stays = await addStream(node.store, { name: 'stays', by });
  const first = await publish(revoked.key);
  const second = await publish(removed.key);
  await publish(stays.key);
  const readers = [await read('revoked'), await read('removed')];
  const other = await read('stays');
  for (const [publisher, end] of [
    [first, () => revokeKey(node.store, { name: 'revoked', keyId: revoked.keyId, by })],
    [second, () => removeStream(node.store, { name: 'removed', by })],
  ] as const) {
    await end();
    const endedMs = performance.now();
    // On a machine of its own it takes up to 2 s: nginx asks once a second, and the encoder has to notice.
    const late = sleep(10_000, 'late', { ref: false });
    assert.notEqual(await Promise.race([publisher.ended, late]), 'late');
    t.diagnostic(`cut off after ${Math.round(performance.now() - endedMs)} ms`);
  }
  await until(() => readers.every((reader) => reader.isEnded()), 'the media to end');
  assert.equal((await isLive('revoked')) || (await isLive('removed')), false);
  await goesOn(other);
});

test('a restart of the agent disturbs nothing, and a publisher that left meanwhile is noticed', async () => {
  const { key } = await addStream(node.store, { name: 'restart', by });
  const publisher = await publish(key);
  const reader = await read('restart');
  await node.restartAgent();
  await goesOn(reader);
  await until(() => isLive('restart'), 'the session kept');
  await publisher.close();
  await until(async () => !(await isLive('restart')), 'the session to close');
});

test('no key is in any process argument or log', async () => {
  const { key } = await addStream(node.store, { name: 'secret', by });
  await publish(key);
  const reader = await read('secret');
  const random = key.split('_').at(-1)!;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    assert.ok(!line.includes(random), `process ${pid} shows the key`);
  }
  publishers.push(await startRtmpPublisher({ address, rtmpPort: node.config.node.ports.rtmp, key }));
  await publishers.at(-1)!.ended;
  await goesOn(reader);
  const logs = node.log() + node.nginx.log();
  assert.ok(logs.includes('publisher admitted'));
  assert.ok(!/sk_[a-z]+_/.test(logs), 'a log shows a key');
});
