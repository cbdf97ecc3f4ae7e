import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { LiveSession } from '../../../src/lib/contribution/live-session.ts';
import type { SavedSession } from '../../../src/lib/contribution/session-file.ts';
import { FlvParser, type FlvTag } from '../../../src/lib/media/flv.ts';
import type { RtmpPullOptions } from '../../../src/lib/rtmp/rtmp-pull.ts';
import { until } from '../../support/until.ts';

const START_MS = 1_800_000_000_000;
let nowMs: number;
let pull: RtmpPullOptions;
let session: LiveSession;
let server: Server;
let readyCount: number;
/** How far the node's clock is ahead. */
let wrongMs = 0;
let findTwin: (() => Promise<number | null>) | undefined;

function createSession(more: Partial<SavedSession> = {}): LiveSession {
  const saved = {
    stream: 'demo',
    sessionId: START_MS,
    client: 'c',
    clientAddress: 'a',
    keyId: 'k',
    epochMs: null,
    ...more,
  };
  return new LiveSession(saved, {
    clock: { nowMs: () => nowMs + wrongMs },
    arrivals: { nowMs: () => nowMs },
    log: pino({ level: 'silent' }),
    url: 'rtmp://nowhere/live/demo',
    onReady: () => (readyCount += 1),
    onGone: () => undefined,
    ...(findTwin === undefined ? {} : { findTwinEpoch: findTwin }),
    startPull: (options) => {
      pull = options;
      return { close: () => undefined };
    },
  });
}
function send(timestampMs: number, flags: Partial<FlvTag> = {}): void {
  const data = Buffer.from([0x27, 1, 0, 0, 0]);
  pull.onTag({ type: 'video', timestampMs, data, isKeyFrame: false, isSequenceHeader: false, ...flags });
}

/** Frames of 40 ms in real time, a key frame first. */
function play(fromMs: number, count: number): void {
  for (let frame = 0; frame < count; frame++, nowMs += 40)
    send(fromMs + frame * 40, { isKeyFrame: frame === 0 });
}

async function subscribe(): Promise<IncomingMessage> {
  const { address, port } = server.address() as AddressInfo;
  const [response] = (await once(get({ host: address, port, path: '/' }), 'response')) as [IncomingMessage];
  return response;
}

describe('a live session', () => {
  beforeEach(async () => {
    nowMs = START_MS;
    readyCount = 0;
    wrongMs = 0;
    findTwin = undefined;
    session = createSession();
    server = createServer((_request, response) => session.subscribe(response)).listen(0, '127.204.5.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    session.close();
    server.closeAllConnections();
    server.close();
  });

  test('a session is ready once its epoch is known', () => {
    play(0, 5);
    assert.deepEqual([session.isReady, readyCount], [false, 0]);
    play(200, 1);
    assert.deepEqual([session.isReady, readyCount], [true, 1]);
    assert.equal(session.saved.epochMs, START_MS);
  });

  test('timestamps that jump end the responses and open a session with a newer id and a new epoch', async () => {
    play(0, 50);
    const first = await subscribe();
    first.resume();
    play(500_000, 50);
    await once(first, 'end');
    assert.ok(session.saved.sessionId > START_MS);
    assert.equal(session.saved.epochMs, START_MS + 2000 - 500_000);
    const second = await subscribe();
    assert.equal(second.headers['x-session-id'], String(session.saved.sessionId));
    second.destroy();
  });

  test('a packet of the future reaches nobody, nor does the session end by it', async () => {
    play(0, 50);
    play(500_000, 50);
    const { sessionId, lastTagMs } = session.report();
    const response = await subscribe();
    const parser = new FlvParser();
    const stamps: number[] = [];
    response.on('data', (chunk: Buffer) => stamps.push(...parser.push(chunk).map((tag) => tag.timestampMs)));
    send(900_000, { isKeyFrame: true });
    assert.equal(session.report().lastTagMs, lastTagMs);
    play(502_000, 2);
    await until(() => stamps.at(-1) === 502_040, 'the newest frame');
    assert.equal(Math.max(...stamps), 502_040);
    assert.equal(session.saved.sessionId, sessionId);
    response.destroy();
  });

  test('a node whose clock goes wrong keeps the epoch of a session that goes on, and tells its own time', () => {
    play(0, 50);
    wrongMs = 3_000;
    play(2_000, 300);
    assert.deepEqual([session.saved.sessionId, session.saved.epochMs], [START_MS, START_MS]);
    assert.equal(session.report().lastTagMs, nowMs - 40 + wrongMs);
  });

  test('headers repeated by a restarted pull are not sent again, and time does not go back', async () => {
    const header = { isSequenceHeader: true, data: Buffer.from([0x17, 0, 0, 0, 0]) };
    send(0, header);
    play(0, 50);
    const response = await subscribe();
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await until(() => bytes > 0, 'the replay');
    const before = bytes;
    send(0, header);
    play(2000, 1);
    await until(() => bytes > before, 'the next frame');
    assert.equal(bytes - before, 20, 'one frame of 5 bytes and no header');
  });

  test('a subscriber that does not read is dropped, and another goes on', async () => {
    play(0, 10);
    const slow = await subscribe();
    slow.pause();
    const quick = await subscribe();
    let bytes = 0;
    quick.on('data', (chunk: Buffer) => (bytes += chunk.length));
    const data = Buffer.alloc(1024 * 1024, 0x27);
    data[1] = 1;
    for (let frame = 10; session.report().subscribers === 2 && frame < 100; frame++) {
      const expected = bytes + data.length;
      send(frame * 40, { data, isKeyFrame: true });
      nowMs += 40;
      await until(() => bytes >= expected, 'the quick one to get it');
    }
    assert.equal(session.report().subscribers, 1);
    assert.equal(quick.destroyed, false);
    slow.destroy();
  });

  test('subscribers are told that the publisher has left, and not when the daemon ends', async () => {
    for (const hasLeft of [true, false]) {
      session = createSession();
      play(0, 10);
      const response = await subscribe();
      response.resume();
      session.close(hasLeft);
      await once(response, 'end');
      assert.equal(response.trailers['x-publisher-left'], hasLeft ? '1' : undefined);
    }
  });

  test('a session whose publisher says its epoch is ready with its first picture', () => {
    session = createSession({ saidEpochMs: START_MS - 300 });
    play(0, 1);
    assert.deepEqual([session.isReady, session.saved.epochMs], [true, START_MS - 300]);
  });

  test('whether the stream is placed can be told later, and is new only once', () => {
    assert.equal(session.notePlaced(true), false, 'placed unless it says otherwise');
    assert.equal(session.notePlaced(false), true);
    assert.equal(session.report().placed, false);
    assert.equal(session.notePlaced(true), true);
    assert.equal(session.notePlaced(true), false);
  });

  test("a session takes over the epoch of the stream's other session, and is not ready before it knows", async () => {
    let answer: (epochMs: number | null) => void = () => undefined;
    findTwin = () => new Promise((resolve) => (answer = resolve));
    session = createSession();
    play(0, 10);
    assert.equal(session.isReady, false);
    answer(START_MS - 30);
    await until(() => session.isReady, 'the epoch');
    assert.deepEqual([session.saved.epochMs, session.saved.skewMs, readyCount], [START_MS - 30, 30, 1]);
  });

  test('a session whose publisher says its epoch asks nobody', () => {
    findTwin = () => assert.fail('asked');
    session = createSession({ saidEpochMs: START_MS - 400 });
    play(0, 10);
    assert.deepEqual([session.isReady, session.saved.epochMs], [true, START_MS - 400]);
  });

  test('a session goes on with the epoch that it has after a restart of the daemon', () => {
    session = createSession({ epochMs: START_MS - 400, skewMs: 400, saidEpochMs: 5 });
    play(0, 100);
    assert.deepEqual([session.isReady, session.saved.epochMs], [true, START_MS - 400]);
  });
});
