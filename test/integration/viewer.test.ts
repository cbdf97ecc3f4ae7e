import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/lib/base/clock.ts';
import { connectDirectly, createConnection } from '../../src/lib/viewer/connection.ts';
import { ConnectionPool } from '../../src/lib/viewer/connection-pool.ts';
import { type RunViewersOptions, runViewers } from '../../src/lib/viewer/run-viewers.ts';
import type { ViewerProgress } from '../../src/lib/viewer/viewer-report.ts';
import { waitUntilPlayed } from '../../src/lib/viewer/wait-until-played.ts';
import { makeFragment } from '../support/fragment.ts';
import { madeUpTrack, startSyntheticOrigin } from '../support/synthetic-origin.ts';

const address = '127.205.1.1';
const LIMITS = { firstByteMs: 2000, totalMs: 2000 };

function options(url: string, more: Partial<RunViewersOptions> = {}): RunViewersOptions {
  return {
    urls: [url],
    count: 1,
    durationMs: 2500,
    region: 'us',
    stream: 'test',
    rendition: 'auto',
    ...more,
  };
}

test('viewers of a healthy stream play near the live edge without stalls, errors or lost frames', async () => {
  const origin = await startSyntheticOrigin({ address });
  try {
    const progress: ViewerProgress[] = [];
    const report = await runViewers(options(origin.url, { count: 20 }), {
      clock: systemClock,
      onProgress: (each) => progress.push(each),
    });
    assert.deepEqual([report.played, report.stalls, report.errors], [20, 0, 0]);
    assert.deepEqual([report.missingFrames, report.repeatedFrames], [0, 0]);
    const { p50 } = report.liveEdgeSec;
    assert.ok(p50 !== null && p50 > 1 && p50 < 3, `behind live ${p50}`);
    assert.ok(progress.some((each) => each.playing === 20));
  } finally {
    await origin.close();
  }
});

test('parts that never come are dead air, and a jump in decode time is missing frames', async () => {
  const video = madeUpTrack('360p', 'video');
  const jumping = { ...video, part: (index: number) => skipTwoFrames(index) };
  let blocked = false;
  const origin = await startSyntheticOrigin({
    address,
    tracks: [jumping],
    intercept: (path, response) => {
      if (!blocked || !path.includes('m4s')) return false;
      response.writeHead(503, { 'content-length': 0 }).end();
      return true;
    },
  });
  try {
    const report = await runViewers(options(origin.url, { durationMs: 5500 }), {
      clock: systemClock,
      onProgress: ({ elapsedMs }) => {
        blocked = elapsedMs > 1000 && elapsedMs < 4000;
      },
    });
    assert.ok(report.stalls >= 1);
    assert.ok((report.deadAirMs.max ?? 0) > 300, `dead air ${report.deadAirMs.max}`);
    assert.ok((report.errorKinds['status 503'] ?? 0) > 0);
    assert.ok(report.missingFrames > 0, `missing ${report.missingFrames}`);
  } finally {
    await origin.close();
  }
});

/** Each part starts two frames late. */
function skipTwoFrames(index: number): Buffer {
  const durations = Array.from({ length: 13 }, () => 3000);
  return makeFragment(index * 45_000 + 6000, durations);
}

test('a viewer whose rendition is taken away goes on with another one, without dead air', async () => {
  let shed = false;
  const tracks = [madeUpTrack('720p', 'video'), madeUpTrack('360p', 'video'), madeUpTrack('audio', 'audio')];
  const origin = await startSyntheticOrigin({
    address,
    tracks,
    listed: () => tracks.filter(({ id }) => !shed || id !== '720p'),
    intercept: (path, response) => {
      if (!shed || !path.includes('/720p/')) return false;
      response.writeHead(404, { 'content-length': 0 }).end();
      return true;
    },
  });
  try {
    const report = await runViewers(options(origin.url, { count: 6, durationMs: 5000 }), {
      clock: systemClock,
      onProgress: ({ elapsedMs }) => {
        shed = elapsedMs > 1500;
      },
    });
    assert.ok((report.errorKinds['status 404'] ?? 0) > 0, 'some viewers met the missing rendition');
    assert.deepEqual([report.played, report.stalls, report.deadAirMs.max], [6, 0, 0]);
  } finally {
    await origin.close();
  }
});

test('a viewer of a stream that ends plays to its end without a stall', async () => {
  const origin = await startSyntheticOrigin({ address, endsAfterParts: () => 42 });
  try {
    const report = await runViewers(options(origin.url, { durationMs: 4000 }), { clock: systemClock });
    assert.deepEqual([report.played, report.stalls, report.errors], [1, 0, 0]);
  } finally {
    await origin.close();
  }
});

test('waitUntilPlayed() waits for a stream that starts later', async () => {
  let offline = true;
  const origin = await startSyntheticOrigin({
    address,
    intercept: (path, response) => {
      if (!offline) return false;
      offline = !path.endsWith('/test/index.m3u8');
      response.writeHead(404, { 'content-length': 0 }).end();
      return true;
    },
  });
  try {
    const played = await waitUntilPlayed({ url: origin.url, timeoutMs: 10_000 });
    assert.ok(played.startupMs >= 400, `startup ${played.startupMs}`);
    assert.ok(played.liveEdgeSec > 1 && played.liveEdgeSec < 3);
  } finally {
    await origin.close();
  }
});

test('waitUntilPlayed() says what was wrong when nothing plays', async () => {
  const waiting = waitUntilPlayed({ url: `http://${address}:1/live/test/index.m3u8`, timeoutMs: 700 });
  await assert.rejects(waiting, { code: 'UNHEALTHY', message: /ECONNREFUSED/ });
});

test('a request without an answer fails as late, and the next one opens a new connection', async () => {
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    if (accepted > 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const connection = createConnection(new URL(`http://${address}:${(server.address() as AddressInfo).port}`));
  try {
    await assert.rejects(connection.get('/slow', { firstByteMs: 200, totalMs: 200 }), { code: 'UNHEALTHY' });
    assert.equal((await connection.get('/again', LIMITS)).body.toString(), 'ok');
  } finally {
    connection.close();
    server.close();
  }
});

test('a kept-alive connection that the server closed meanwhile is opened again without an error', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const connection = createConnection(new URL(`http://${address}:${(server.address() as AddressInfo).port}`));
  try {
    for (let round = 0; round < 5; round += 1) assert.equal((await connection.get('/', LIMITS)).status, 200);
  } finally {
    connection.close();
    server.close();
  }
});

test('simulated viewers go past the proxy before an edge to the edge itself, and speak no https', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const itself = `http://${address}:${(server.address() as AddressInfo).port}`;
  const connect = connectDirectly(new Map([['https://us.example.com', itself]]));
  const pool = new ConnectionPool(connect);
  try {
    for (const url of [`${itself}/x`, 'https://us.example.com/x'])
      assert.equal((await pool.get(new URL(url), LIMITS).response).status, 200, url);
    const other = pool.get(new URL('https://eu.example.com/x'), LIMITS).response;
    await assert.rejects(other, { code: 'NOT_RUNNING', message: /http only/ });
  } finally {
    pool.close();
    server.close();
  }
});
