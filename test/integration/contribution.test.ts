import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SILENT_MS } from '../../src/lib/rtmp/rtmp-pull.ts';
import { type ContributionReader, readContribution } from '../support/contribution-reader.ts';
import { freePort } from '../support/free-port.ts';
import { accepts, type NginxIngest, startNginxIngest } from '../support/nginx-ingest.ts';
import { nodeConfig } from '../support/node-config.ts';
import {
  type RtmpPublisher,
  type RtmpPublisherOptions,
  startRtmpPublisher,
} from '../support/rtmp-publisher.ts';
import { until } from '../support/until.ts';

const address = '127.204.8.1';
const daemon = new URL('../support/run-contribution.ts', import.meta.url).pathname;
let dir: string;
let ports: { rtmp: number; agent: number; contribution: number };
let base: string;
let hooks: Server;
let nginx: NginxIngest;
let contribution: { pid: number; kill(): Promise<void> };
let publishers: RtmpPublisher[] = [];
let readers: ContributionReader[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sc-contribution-'));
  ports = {
    rtmp: await freePort(address),
    agent: await freePort(address),
    contribution: await freePort(address),
  };
  base = `http://${address}:${ports.contribution}`;
  await writeFile(join(dir, 'node.json'), JSON.stringify(nodeConfig({ address, dir, ports })));
  // Stands in for the agent: every key is the name of its stream, and the contribution daemon is told.
  hooks = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(body);
      const stream = form.get('name') ?? '';
      if (request.url === '/hooks/update') {
        response.writeHead(200).end();
        return;
      }
      const publish = request.url === '/hooks/publish';
      const session = { sessionId: Date.now(), client: form.get('clientid') };
      const told = fetch(`${base}/sessions/${stream}?client=${session.client}`, {
        method: publish ? 'PUT' : 'DELETE',
        body: publish ? JSON.stringify(session) : null,
      });
      void told.catch(() => undefined).then(() => response.writeHead(200).end());
    });
  }).listen(ports.agent, address);
  nginx = await startNginxIngest({
    address,
    rtmpPort: ports.rtmp,
    agentPort: ports.agent,
    contributionPort: ports.contribution,
  });
  contribution = await startDaemon();
});
afterEach(async () => {
  for (const reader of readers) reader.close();
  await Promise.all(publishers.map((publisher) => publisher.close()));
  publishers = [];
  readers = [];
});
after(async () => {
  await contribution.kill();
  await nginx.close();
  hooks.close();
  await rm(dir, { recursive: true, force: true });
});

async function startDaemon(): Promise<typeof contribution> {
  const child = spawn(process.execPath, [daemon, join(dir, 'node.json')], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until(() => accepts(address, ports.contribution), 'the daemon');
  return {
    pid: child.pid!,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function publish(stream: string, options: Partial<RtmpPublisherOptions> = {}): Promise<RtmpPublisher> {
  const publisher = await startRtmpPublisher({ address, rtmpPort: ports.rtmp, key: stream, ...options });
  publishers.push(publisher);
  return publisher;
}

async function read(stream: string): Promise<ContributionReader> {
  const reader = await readContribution(base, stream);
  readers.push(reader);
  return reader;
}

function pullsOf(stream: string): number[] {
  const found = spawnSync('pgrep', ['-f', `${address}:${ports.rtmp}/live/${stream} -map`]).stdout.toString();
  return found.split('\n').filter(Boolean).map(Number);
}

test('a late subscriber gets a decodable GOP at once, long before the next key frame', async () => {
  await publish('late', { gopSec: 20 });
  const early = await read('late');
  await early.waitForTag((tag) => tag.type === 'video' && tag.timestampMs > 1500);
  const late = await read('late');
  const first = await late.waitForTag((tag) => tag.type === 'video' && !tag.isSequenceHeader, 2000);
  assert.ok(first.isKeyFrame);
  assert.equal(late.tags[0]?.type, 'script');
  assert.deepEqual([late.sessionId, late.epochMs], [early.sessionId, early.epochMs]);
  await late.waitForTag((tag) => tag.timestampMs > 2500);
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-f', 'flv', '-i', 'pipe:0', '-f', 'null', '-'], {
    input: late.bytes(),
  });
  assert.equal(decoded.status, 0);
  assert.equal(
    decoded.stderr.toString().replace(/.*(partial file|Packet mismatch|Truncating).*\n?/g, ''),
    '',
  );
});

test('the epoch is the wall clock of timestamp 0', async () => {
  await publish('epoch');
  const reader = await read('epoch');
  const seen = reader.tags.length;
  await until(() => reader.tags.length > seen + 5, 'live tags');
  const behindMs = Date.now() - (reader.epochMs + reader.tags.at(-1)!.timestampMs);
  assert.ok(behindMs > -50 && behindMs < 1000, `${behindMs} ms`);
});

test('a publisher of sound alone can be subscribed to', async () => {
  await publish('sound', { tracks: 'audio' });
  const reader = await read('sound');
  await reader.waitForTag((tag) => tag.type === 'audio' && !tag.isSequenceHeader);
  assert.equal(reader.bytes()[4], 4, 'the FLV header says audio alone');
});

test('the body ends when the publisher goes, and the next publisher is a new session', async () => {
  const publisher = await publish('again');
  const first = await read('again');
  await publisher.close();
  await until(first.isEnded, 'the end of the body');
  const waiting = read('again');
  await publish('again');
  const second = await waiting;
  assert.ok(second.sessionId > first.sessionId);
});

test('a publisher that comes back is read by the pull that has stood for it since it left, from its first picture on', async () => {
  const publisher = await publish('stand');
  const first = await read('stand');
  const [before] = pullsOf('stand');
  await publisher.close();
  await until(first.isEnded, 'the end of the body');
  const standing = () => pullsOf('stand').filter((pid) => pid !== before);
  await until(() => standing().length === 1 && pullsOf('stand').length === 1, 'the pull that stands');
  const [pid] = standing();
  await publish('stand');
  const second = await read('stand');
  const key = await second.waitForTag((tag) => tag.isKeyFrame);
  assert.deepEqual(pullsOf('stand'), [pid]);
  assert.ok(key.timestampMs < 100, `begins at ${key.timestampMs} ms`);
});

test('a pull that is killed comes back: the same session, and the response goes on', async () => {
  await publish('pull');
  const reader = await read('pull');
  await reader.waitForTag((tag) => tag.isKeyFrame);
  const [pid] = pullsOf('pull');
  process.kill(pid!, 'SIGKILL');
  const lastMs = reader.tags.at(-1)!.timestampMs;
  await reader.waitForTag((tag) => tag.timestampMs > lastMs + 500, 8000);
  const again = await read('pull');
  assert.deepEqual([again.sessionId, again.epochMs], [reader.sessionId, reader.epochMs]);
  assert.equal(reader.isEnded(), false);
  const times = reader.tags.filter((tag) => tag.type === 'video').map((tag) => tag.timestampMs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test('a daemon killed with -9 leaves no pull behind and goes on with the same session', async () => {
  await publish('resume');
  const before = await read('resume');
  const pulls = pullsOf('resume');
  assert.equal(pulls.length, 1);
  await contribution.kill();
  await until(() => pullsOf('resume').length === 0, 'the end of the pull');
  contribution = await startDaemon();
  const again = await read('resume');
  assert.deepEqual([again.sessionId, again.epochMs], [before.sessionId, before.epochMs]);
});

test('a daemon that stood still for longer than any silence goes on with its publishers', async () => {
  await publish('paused');
  const lastTagMs = async (): Promise<number> => {
    const { sessions } = (await (await fetch(`${base}/sessions`)).json()) as {
      sessions: readonly { stream: string; lastTagMs: number | null }[];
    };
    return sessions.find(({ stream }) => stream === 'paused')?.lastTagMs ?? 0;
  };
  await until(async () => (await lastTagMs()) > 0, 'media');
  const paused = [contribution.pid, ...pullsOf('paused')];
  for (const pid of paused) process.kill(pid, 'SIGSTOP');
  await sleep(SILENT_MS + 1000);
  for (const pid of paused) process.kill(pid, 'SIGCONT');
  const backMs = Date.now();
  await until(async () => (await lastTagMs()) > backMs + 500, 'its media to go on');
});

test('a publisher that went while the daemon was dead is noticed', async () => {
  const publisher = await publish('gone');
  await read('gone');
  await contribution.kill();
  await publisher.close();
  contribution = await startDaemon();
  await until(
    async () => {
      const { sessions } = (await (await fetch(`${base}/sessions`)).json()) as {
        sessions: { stream: string }[];
      };
      return sessions.every((session) => session.stream !== 'gone');
    },
    'the session to close',
    16_000,
  );
  const file = join(dir, 'data/contribution-sessions.json');
  await until(async () => !(await readFile(file, 'utf8')).includes('gone'), 'the file to forget it');
});
