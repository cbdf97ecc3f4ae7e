import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import type { FlvTag } from '../../../src/lib/media/flv.ts';
import type { RelayReport } from '../../../src/lib/publisher/relay/relay-report.ts';
import { childrenOf, isRunning } from '../../support/child-processes.ts';
import { freePort } from '../../support/free-port.ts';
import { type RtmpPublisher, startRtmpPublisher } from '../../support/rtmp-publisher.ts';
import { type RtmpSink, type SinkSession, startRtmpSink } from '../../support/rtmp-sink.ts';
import { until } from '../../support/until.ts';

const [LISTEN, NEAR, FAR] = ['127.204.7.1', '127.204.7.2', '127.204.7.3'];
const KEY = `sk_relayed_${'7'.repeat(32)}`;
const ENCODER = { address: LISTEN, rtmpPort: 1935, key: 'anything', gopSec: 1 };

let dir: string;
let near: RtmpSink;
let far: RtmpSink;
let relay: ChildProcess;
let encoder: RtmpPublisher;
const states: RelayReport[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sc-relay-'));
  await writeFile(join(dir, 'key'), `${KEY}\n`, { mode: 0o600 });
  near = await startRtmpSink(NEAR, await freePort(NEAR));
  far = await startRtmpSink(FAR, await freePort(FAR));
  const to = ['--to', near.url, '--to', far.url, '--key-file', join(dir, 'key')];
  const argv = [
    join(import.meta.dirname, '../../../src/main.ts'),
    'relay',
    '--listen',
    LISTEN,
    ...to,
    '--json',
  ];
  const env = { ...process.env, TMPDIR: dir };
  relay = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env });
  createInterface({ input: relay.stdout! }).on('line', (line) => {
    states.push(JSON.parse(line) as RelayReport);
  });
  await until(() => states.length > 0, 'the relay');
  encoder = await startRtmpPublisher(ENCODER);
});

after(async () => {
  process.kill(far.pid, 'SIGCONT');
  await encoder.close();
  if (relay.exitCode === null && relay.signalCode === null) {
    relay.kill('SIGKILL');
    await once(relay, 'exit');
  }
  await near.close();
  await far.close();
  await rm(dir, { recursive: true, force: true });
});

const isMedia = (tag: FlvTag): boolean => tag.type !== 'script' && !tag.isSequenceHeader;
const mediaOf = (session: SinkSession | undefined): FlvTag[] => session?.tags.filter(isMedia) ?? [];
const lastMs = (session: SinkSession | undefined): number => mediaOf(session).at(-1)?.timestampMs ?? 0;

/** What both have, tag by tag; the later one, whichever it is, began somewhere within the earlier one. */
function assertSame(one: SinkSession, other: SinkSession): void {
  const keyOf = (tag: FlvTag): string =>
    `${tag.type} ${tag.timestampMs} ${Buffer.from(tag.data).toString('base64')}`;
  const firstMs = (session: SinkSession): number => mediaOf(session)[0]!.timestampMs;
  const [earlier, later] = firstMs(one) <= firstMs(other) ? [one, other] : [other, one];
  const [a, b] = [mediaOf(earlier).map(keyOf), mediaOf(later).map(keyOf)];
  const from = a.indexOf(b[0]!);
  assert.ok(from >= 0, 'they have something in common');
  const common = Math.min(a.length - from, b.length);
  assert.ok(common > 20, `${common} tags in common`);
  assert.deepEqual(b.slice(0, common), a.slice(from, from + common));
}

test('both targets get the same tags with the same timestamps and the same epoch', async () => {
  await until(() => lastMs(near.sessions[0]) > 2500 && lastMs(far.sessions[0]) > 2500, 'media at both');
  const [one, other] = [near.sessions[0]!, far.sessions[0]!];
  assertSame(one, other);
  assert.equal(one.name, KEY);
  assert.match(one.epoch ?? '', /^\d{13}$/);
  assert.equal(other.epoch, one.epoch);
  const liveMs = Date.now() - Number(one.epoch) - lastMs(one);
  assert.ok(liveMs > -100 && liveMs < 5000, `the epoch tells the time: ${liveMs} ms behind`);
});

test('the key is in no argument of any process', async () => {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  assert.ok(
    lines.some((line) => line.includes(far.url)),
    'the pushes are among them',
  );
  assert.deepEqual(
    lines.filter((line) => line.includes(KEY)),
    [],
  );
  await until(
    async () => !(await readdir(dir, { recursive: true })).some((name) => /play-path/.test(name)),
    'no play path on disk',
  );
});

test('a target that freezes does not hold up the other one', async () => {
  process.kill(far.pid, 'SIGSTOP');
  const fromMs = lastMs(near.sessions[0]);
  await until(() => lastMs(near.sessions[0]) > fromMs + 2500, 'media at the other');
  assert.equal(near.sessions.length, 1);
  const times = mediaOf(near.sessions[0])
    .filter(({ type }) => type === 'video')
    .map((tag) => tag.timestampMs);
  assert.ok(
    times.every((timeMs, index) => index === 0 || timeMs - times[index - 1]! <= 40),
    'no frame is missing',
  );
  process.kill(far.pid, 'SIGCONT');
});

test('a target that dies is joined again at a key frame, on the same clock', async () => {
  const { epoch } = far.sessions[0]!;
  const port = Number(new URL(far.url.replace('rtmp:', 'http:')).port);
  await far.close();
  await until(() => states.at(-1)?.targets[1]?.state === 'retrying', 'the loss');
  far = await startRtmpSink(FAR, port);
  await until(() => mediaOf(far.sessions[0]).length > 40, 'media again');
  const [again] = far.sessions;
  assert.equal(again!.epoch, epoch);
  assert.ok(mediaOf(again)[0]!.isKeyFrame);
  assertSame(near.sessions[0]!, again!);
  assert.equal(near.sessions.length, 1);
});

test('an encoder that comes back goes to the same targets, with the epoch of its new clock', async () => {
  const before = Number(near.sessions[0]!.epoch);
  await encoder.close();
  await until(() => states.at(-1)?.encoder.state === 'absent', 'its end');
  encoder = await startRtmpPublisher(ENCODER);
  await until(
    () => mediaOf(near.sessions[1]).length > 40 && mediaOf(far.sessions[1]).length > 40,
    'media again',
  );
  assert.ok(Number(near.sessions[1]!.epoch) > before + 2000);
  assert.equal(far.sessions[1]!.epoch, near.sessions[1]!.epoch);
  assertSame(near.sessions[1]!, far.sessions[1]!);
});

test('a relay that is killed leaves no process', async () => {
  const children = childrenOf(relay.pid!);
  assert.ok(children.length >= 4, children.map(({ command }) => command).join('\n'));
  relay.kill('SIGKILL');
  await once(relay, 'exit');
  await until(() => children.every(({ pid }) => !isRunning(pid)), 'the end of its children');
});
