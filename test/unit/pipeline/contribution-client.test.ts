import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import { formatFlvHeader, formatFlvTag } from '../../../src/lib/media/flv.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { followContribution } from '../../../src/lib/pipeline/contribution-client.ts';
import { until } from '../../support/until.ts';

const ADDRESS = '127.201.8.1';
const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** An ingest node whose answers the test gives. */
async function ingest(name: string): Promise<{ peer: Peer; waiting: ServerResponse[] }> {
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    waiting.push(response);
    response.on('close', () => waiting.splice(waiting.indexOf(response), 1));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
  const contribution = (server.address() as { port: number }).port;
  const ports = { rtmp: 1, http: 1, origin: 1, agent: 1, redis: 1, sentinel: 1, contribution };
  return { peer: { name, region: 'us', address: ADDRESS, roles: ['ingest'], ports, weight: 1 }, waiting };
}

function answer(response: ServerResponse | undefined, sessionId: number): void {
  response?.writeHead(200, { 'x-session-id': sessionId, 'x-session-epoch-ms': '1795000000000.5' });
  response?.write(formatFlvHeader({ audio: false, video: true }));
  send(response, sessionId);
}

/** A key frame. */
function send(response: ServerResponse | undefined, timestampMs: number): void {
  response?.write(formatFlvTag({ type: 'video', timestampMs, data: Buffer.from([0x17, 1, 0, 0, 0, 9]) }));
}

test('followContribution() reads the oldest session of all ingest nodes, and the next one when that ends', async () => {
  const [one, two] = [await ingest('us-1'), await ingest('eu-1')];
  const seen: string[] = [];
  const follower = followContribution(
    { stream: 'demo', ingests: [one.peer, two.peer], clock: systemClock },
    {
      onStart: ({ sessionId, epochMs }) => seen.push(`start ${sessionId} ${epochMs % 1}`),
      onTag: (tag) => seen.push(`tag ${tag.timestampMs}`),
      onChange: ({ sessionId }) => seen.push(`read ${sessionId}`),
      onEnd: () => seen.push('end'),
    },
  );
  await until(() => one.waiting.length > 0 && two.waiting.length > 0, 'both to be asked');
  answer(one.waiting[0], 100);
  await until(() => seen.includes('tag 100'), 'the first session');
  answer(two.waiting[0], 200);
  const speak = setInterval(() => send(two.waiting[0], 240), 20).unref();
  one.waiting[0]?.end();
  await until(() => seen.includes('tag 240'), 'the younger session');
  clearInterval(speak);
  two.waiting[0]?.end();
  await until(() => seen.at(-1) === 'end', 'the end');
  follower.close();
  const changes = seen.filter((word) => !word.startsWith('tag') && word !== 'end');
  assert.deepEqual(changes, ['start 100 0.5', 'read 100', 'start 200 0.5', 'read 200']);
});

test('followContribution() asks again when an answer is no FLV', async () => {
  const { peer, waiting } = await ingest('us-1');
  const tags: number[] = [];
  const follower = followContribution(
    { stream: 'demo', ingests: [peer], clock: systemClock },
    { onStart: () => {}, onTag: (tag) => tags.push(tag.timestampMs), onChange: () => {}, onEnd: () => {} },
  );
  await until(() => waiting.length > 0, 'the first question');
  const [first] = waiting;
  first?.writeHead(200, { 'x-session-id': 1, 'x-session-epoch-ms': '0' });
  first?.write(Buffer.alloc(100, 7));
  await until(() => waiting.length > 0 && waiting[0] !== first, 'the second question');
  answer(waiting[0], 5);
  await until(() => tags.length > 0, 'a tag');
  follower.close();
  assert.deepEqual(tags, [5]);
});

test('the end of a session says whether its publisher has left', async () => {
  const { peer, waiting } = await ingest('us-1');
  const seen: string[] = [];
  const follower = followContribution(
    { stream: 'demo', ingests: [peer], clock: systemClock },
    {
      onStart: ({ sessionId }) => seen.push(`start ${sessionId}`),
      onTag: () => {},
      onChange: () => {},
      onEnd: (hasLeft) => seen.push(hasLeft ? 'left' : 'cut'),
    },
  );
  for (const [sessionId, word] of [
    [100, 'left'],
    [5000, 'cut'],
  ] as const) {
    await until(() => waiting.length > 0, 'the question');
    const [response] = waiting;
    answer(response, sessionId);
    const speak = setInterval(() => send(response, sessionId + 40), 20).unref();
    await until(() => seen.at(-1) === `start ${sessionId}`, 'the session');
    clearInterval(speak);
    if (word === 'left') response?.addTrailers({ 'x-publisher-left': '1' });
    response?.end();
    await until(() => seen.at(-1) === word && waiting[0] !== response, 'the end');
  }
  follower.close();
});

test('setIngests() asks nodes that joined, leaves those that went, and goes on with the session that it follows', async () => {
  const [one, two] = [await ingest('us-1'), await ingest('us-2')];
  const seen: string[] = [];
  const follower = followContribution(
    { stream: 'demo', ingests: [one.peer], clock: systemClock },
    {
      onStart: ({ sessionId }) => seen.push(`start ${sessionId}`),
      onTag: (tag) => seen.push(`tag ${tag.timestampMs}`),
      onChange: () => {},
      onEnd: () => seen.push('end'),
    },
  );
  await until(() => one.waiting.length > 0, 'the first node to be asked');
  answer(one.waiting[0], 100);
  await until(() => seen.includes('tag 100'), 'the session');
  follower.setIngests([two.peer]);
  await until(() => two.waiting.length > 0, 'the node that joined to be asked');
  assert.deepEqual(seen, ['start 100', 'tag 100']);
  one.waiting[0]?.end();
  await until(() => seen.includes('end'), 'the end of the session');
  answer(two.waiting[0], 50);
  const speak = setInterval(() => send(two.waiting[0], 90), 20).unref();
  await until(() => seen.includes('tag 90'), 'the session of the node that joined');
  clearInterval(speak);
  assert.equal(one.waiting.length, 0, 'a node that went is not asked again');
  follower.close();
});

test('setIngests() asks a node once that went and came back while its answer ran', async () => {
  const [one, two] = [await ingest('us-1'), await ingest('us-2')];
  const seen: string[] = [];
  const follower = followContribution(
    { stream: 'demo', ingests: [one.peer], clock: systemClock },
    { onStart: () => seen.push('start'), onTag: () => {}, onChange: () => {}, onEnd: () => seen.push('end') },
  );
  await until(() => one.waiting.length > 0, 'the question');
  answer(one.waiting[0], 100);
  await until(() => seen.includes('start'), 'the session');
  follower.setIngests([]);
  follower.setIngests([one.peer, two.peer]);
  await until(() => two.waiting.length > 0, 'the node that joined to be asked');
  assert.equal(one.waiting.length, 1, 'the answer that runs is the only one');
  follower.setIngests([two.peer]);
  one.waiting[0]?.end();
  await until(() => seen.includes('end') && one.waiting.length === 0, 'the end of the answer');
  follower.setIngests([one.peer, two.peer]);
  await until(() => one.waiting.length > 0, 'the next question');
  assert.equal(one.waiting.length, 1);
  follower.close();
});
