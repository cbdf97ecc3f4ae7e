/** The look at a session's picture and sound, by real ffmpeg; media time runs faster than the clock on the wall. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Examiner } from '../../src/lib/contribution/examiner.ts';
import type { FitnessState } from '../../src/lib/media/fitness.ts';
import { FlvParser, type FlvTag } from '../../src/lib/media/flv.ts';
import { GopCache } from '../../src/lib/media/gop-cache.ts';
import { childrenOf } from '../support/child-processes.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 30_000;
const START_MS = 1_800_000_000_000;
/** Picture and tone; then a black picture with the tone, then a picture without it. */
const [BLACK_MS, BACK_MS, END_MS] = [4000, 10_000, 18_000];
/** Faster than the media by this. */
const SPEED = 4;
/** So much after a key frame it has been decoded, since more has followed. */
const AFTER_MS = 300;
let media: readonly FlvTag[];
let cache: GopCache;
let examiner: Examiner;
let told: FitnessState[];
let nowMs: number;
let next: number;

/** B frames, as encoders make them unless told otherwise: the decoder holds pictures back. */
before(() => {
  const box = `drawbox=t=fill:c=black:enable='between(t,${BLACK_MS / 1000},${BACK_MS / 1000 - 0.02})'`;
  const volume = `volume='if(gt(t,${BACK_MS / 1000}),0,0.2)':eval=frame`;
  const bytes = execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25,${box}`],
      ...['-f', 'lavfi', '-i', `sine=f=440:r=48000,${volume}`, '-t', String(END_MS / 1000)],
      ...['-c:v', 'libx264', '-preset', 'superfast', '-bf', '2', '-g', '50', '-keyint_min', '50'],
      ...['-sc_threshold', '0', '-b:v', '400k', '-pix_fmt', 'yuv420p', '-threads', '1'],
      ...['-c:a', 'aac', '-b:a', '64k', '-f', 'flv', 'pipe:1'],
    ],
    { maxBuffer: 2 ** 26 },
  );
  media = new FlvParser().push(bytes);
});
beforeEach(() => {
  cache = new GopCache();
  told = [];
  nowMs = START_MS;
  next = 0;
  examiner = new Examiner({
    limits: { blackSec: 2, silenceSec: 5 },
    headers: () => cache.headers,
    clock: { nowMs: () => nowMs },
    log: pino({ level: 'silent' }),
    onFitness: ({ state }) => told.push(state),
  });
});
afterEach(() => examiner.close());

/** Feeds the media up to a time. */
async function playUntil(atMs: number): Promise<void> {
  const offsetMs = performance.now() - (nowMs - START_MS) / SPEED;
  for (; next < media.length && media[next]!.timestampMs <= atMs; next++) {
    const tag = media[next]!;
    nowMs = Math.max(nowMs, START_MS + tag.timestampMs);
    cache.add(tag);
    examiner.take(tag);
    const dueMs = offsetMs + tag.timestampMs / SPEED;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
  }
}

const is = (state: FitnessState) =>
  until(() => examiner.fitness.state === state, `${state}: ${told}`, LIMIT_MS);

test('black is seen within two key frames, a picture at its first one, and silence', async () => {
  await playUntil(2000 + AFTER_MS);
  await is('fit');
  await playUntil(BLACK_MS + AFTER_MS);
  await is('doubtful');
  await playUntil(BLACK_MS + 2000 + AFTER_MS);
  await is('black');
  assert.ok(Math.abs((examiner.fitness.sinceMs ?? 0) - START_MS - BLACK_MS) < 100);
  await playUntil(BACK_MS + 2000 + AFTER_MS);
  await is('doubtful');
  await playUntil(END_MS);
  await is('silent');
  const known = told.filter((state) => state !== 'unknown');
  const changes = known.filter((state, at) => state !== known[at - 1]);
  assert.match(changes.join(), /^fit,doubtful,black,(fit,)?doubtful,silent$/);
});

test('a process that is killed leaves the verdict unknown until another one has looked', async () => {
  await playUntil(2000 + AFTER_MS);
  await is('fit');
  const [child] = childrenOf(process.pid).filter(({ command }) => command.includes('blackframe'));
  process.kill(child!.pid, 'SIGKILL');
  await is('unknown');
  await playUntil(BLACK_MS + 2000 + AFTER_MS);
  await is('black');
});
