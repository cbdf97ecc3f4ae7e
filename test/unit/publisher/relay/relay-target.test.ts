import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { systemClock } from '../../../../src/lib/base/clock.ts';
import { FlvParser, type FlvTag } from '../../../../src/lib/media/flv.ts';
import { RelayTarget } from '../../../../src/lib/publisher/relay/relay-target.ts';
import type { RtmpPushOptions } from '../../../../src/lib/rtmp/rtmp-push.ts';
import { until } from '../../../support/until.ts';

const KEY = 'sk_gala_secret';
const EPOCH_MS = 1_700_000_000_000;

/** A connection that does what the test says. */
interface FakePush {
  readonly options: RtmpPushOptions;
  readonly parser: FlvParser;
  readonly tags: FlvTag[];
  takes: boolean;
  ended: boolean;
  killed: boolean;
}

let dir: string;
let pushes: FakePush[];
let target: RelayTarget;
/** Whether somebody takes connections; how often somebody looked. */
let door: { isOpen: boolean; knocks: string[] };

function frame(timestampMs: number, isKeyFrame = false): FlvTag {
  const data = Buffer.from([isKeyFrame ? 0x17 : 0x27, 1, 0, 0, 0]);
  return { type: 'video', timestampMs, data, isKeyFrame, isSequenceHeader: false };
}

const replay: FlvTag[] = [frame(1000, true), frame(1040)];
const session = { epochMs: EPOCH_MS, replay: () => replay };
const timesOf = (push: FakePush | undefined): number[] => push?.tags.map((tag) => tag.timestampMs) ?? [];

async function nextPush(number: number): Promise<FakePush> {
  await until(() => pushes.length >= number, `connection ${number}`);
  return pushes[number - 1]!;
}

describe('a target of the relay', () => {
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sc-target-'));
    pushes = [];
    door = { isOpen: false, knocks: [] };
    target = new RelayTarget({
      ...{ url: 'rtmp://us/live', key: KEY, playPathFile: join(dir, 'play-path'), clock: systemClock },
      onChange: () => undefined,
      probe: async (host, port) => {
        door.knocks.push(`${host}:${port}`);
        return door.isOpen;
      },
      startPush: (options) => {
        const push: FakePush = {
          ...{ options, parser: new FlvParser(), tags: [], takes: true, ended: false, killed: false },
        };
        pushes.push(push);
        return {
          write: (bytes) => {
            push.tags.push(...push.parser.push(bytes));
            return push.takes;
          },
          end: () => {
            push.ended = true;
          },
          kill: () => {
            push.killed = true;
          },
        };
      },
    });
  });
  afterEach(async () => {
    target.close();
    await rm(dir, { recursive: true, force: true });
  });

  test('it begins with what is replayed at the moment when it is let in, and goes on from there', async () => {
    target.begin(session);
    const push = await nextPush(1);
    target.take(frame(1080));
    assert.deepEqual(timesOf(push), [], 'nothing before it is let in');
    push.options.onConnected();
    target.take(frame(1120));
    assert.deepEqual(timesOf(push), [1000, 1040, 1120]);
    assert.equal(target.report().state, 'connected');
  });

  test('what is prepared before a session is what connects for it', async () => {
    target.prepare();
    const push = await nextPush(1);
    target.begin(session);
    assert.match(await readFile(push.options.playPathFile, 'utf8'), new RegExp(`epoch=${EPOCH_MS}\\n`));
    push.options.onConnected();
    assert.deepEqual(timesOf(push), [1000, 1040]);
    assert.equal(pushes.length, 1);
  });

  test('what was prepared and has ended meanwhile is told as a failure, and tried anew', async () => {
    target.prepare();
    (await nextPush(1)).options.onEnded('something odd');
    target.begin(session);
    (await nextPush(2)).options.onConnected();
    assert.equal(target.report().state, 'connected');
  });

  test('what is prepared ends with the target', async () => {
    target.prepare();
    const push = await nextPush(1);
    target.close();
    await until(async () => push.killed && (await readdir(dir)).length === 0, 'its end');
  });

  test('the play path is in a file that only its owner reads, and that is gone once it is in', async () => {
    target.begin(session);
    const { options } = await nextPush(1);
    assert.equal(await readFile(options.playPathFile, 'utf8'), `rtmp_playpath=${KEY}?epoch=${EPOCH_MS}\n`);
    assert.equal((await stat(options.playPathFile)).mode & 0o777, 0o600);
    options.onConnected();
    await until(async () => (await readdir(dir)).length === 0, 'no file');
  });

  test('a connection that breaks is made anew with the same epoch, and is told without the key', async () => {
    target.begin(session);
    const first = await nextPush(1);
    first.options.onEnded(`rtmp://us/live/${KEY}: something odd`);
    assert.equal(target.report().state, 'retrying');
    assert.ok(!JSON.stringify(target.report()).includes(KEY));
    const second = await nextPush(2);
    assert.match(await readFile(second.options.playPathFile, 'utf8'), new RegExp(`epoch=${EPOCH_MS}\\n`));
    second.options.onConnected();
    assert.deepEqual(timesOf(second), [1000, 1040]);
    assert.equal(target.report().fault, null);
  });

  test('a target that refuses connections is knocked at, and connected as soon as it takes them', async () => {
    target.begin(session);
    (await nextPush(1)).options.onEnded('Connection refused');
    assert.equal(target.report().fault, 'nobody takes connections there');
    await until(() => door.knocks.length >= 3, 'three knocks');
    assert.equal(pushes.length, 1);
    assert.equal(door.knocks[0], 'us:1935');
    door.isOpen = true;
    const second = await nextPush(2);
    second.options.onConnected();
    assert.equal(target.report().state, 'connected');
  });

  test('nobody knocks once the session has ended', async () => {
    target.begin(session);
    (await nextPush(1)).options.onEnded('Connection refused');
    await until(() => door.knocks.length >= 1, 'a knock');
    target.end();
    door.isOpen = true;
    const known = door.knocks.length;
    await new Promise((resolve) => setTimeout(resolve, 450));
    assert.ok(door.knocks.length <= known + 1);
    assert.equal(pushes.length, 1);
  });

  test('a target that takes nothing is given nothing, and goes on where it was once it takes again', async () => {
    target.begin(session);
    const push = await nextPush(1);
    push.options.onConnected();
    push.takes = false;
    for (const at of [1080, 1120, 1160]) target.take(frame(at));
    assert.deepEqual(timesOf(push), [1000, 1040, 1080], 'the one that filled it was the last');
    push.takes = true;
    push.options.onWritable();
    assert.deepEqual(timesOf(push), [1000, 1040, 1080, 1120, 1160]);
  });

  test('the end of the session lets what was sent arrive, and tries no more', async () => {
    target.begin(session);
    const push = await nextPush(1);
    push.options.onConnected();
    target.end();
    assert.deepEqual([push.ended, push.killed], [true, false]);
    push.options.onEnded('');
    target.take(frame(1080));
    assert.equal(target.report().state, 'idle');
    assert.equal(pushes.length, 1);
  });

  test('one that hangs when the session ends is killed', async () => {
    target.begin(session);
    const push = await nextPush(1);
    push.options.onConnected();
    push.takes = false;
    target.take(frame(1080));
    target.end();
    assert.equal(push.killed, true);
  });
});
