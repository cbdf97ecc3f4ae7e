import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { Examiner } from '../../../src/lib/contribution/examiner.ts';
import type { LookOptions } from '../../../src/lib/contribution/look-process.ts';
import type { FlvTag } from '../../../src/lib/media/flv.ts';

const FRAME_MS = 40;
const GOP = 50;
let nowMs: number;
let looks: (LookOptions & { fed: string[]; closed: boolean })[];
let told: string[];
let examiner: Examiner;
/** What the process says of each key frame; null: nothing. */
let sees: boolean | null;
let hears: boolean | null;

const tag = (type: FlvTag['type'], flags: Partial<FlvTag> = {}): FlvTag => ({
  ...{ type, timestampMs: 0, data: Buffer.of(0x27), isKeyFrame: false, isSequenceHeader: false },
  ...flags,
});

function play(frames: number, tracks: readonly FlvTag['type'][] = ['video', 'audio']): void {
  for (let frame = 0; frame < frames; frame++, nowMs += FRAME_MS) {
    for (const type of tracks)
      examiner.take(tag(type, { isKeyFrame: type === 'video' && frame % GOP === 0 }));
  }
}

describe('an examiner', () => {
  beforeEach(() => {
    nowMs = 1_800_000_000_000;
    looks = [];
    told = [];
    sees = false;
    hears = false;
    examiner = new Examiner({
      limits: { blackSec: 2, silenceSec: 5 },
      headers: () => [],
      clock: { nowMs: () => nowMs },
      log: pino({ level: 'silent' }),
      onFitness: ({ state }) => told.push(state),
      start: (options) => {
        const look = { ...options, fed: [] as string[], closed: false };
        looks.push(look);
        return {
          feed: (tag, atMs) => {
            look.fed.push(tag.type);
            if (tag.type === 'video' && sees !== null) options.onPicture(sees, atMs);
            if (tag.type === 'audio' && hears !== null) options.onSound(hears, atMs);
          },
          close: () => {
            look.closed = true;
          },
        };
      },
    });
  });

  test('only key frames and sound are looked at, by one process', () => {
    play(2 * GOP);
    assert.equal(looks.filter(({ closed }) => !closed).length, 1);
    const { fed } = looks.at(-1)!;
    assert.ok(fed.filter((type) => type === 'video').length <= 2);
    assert.ok(fed.includes('audio'));
    assert.equal(examiner.fitness.state, 'fit');
  });

  test('black is told once it lasts, and once when it is over', () => {
    play(2 * GOP);
    told = [];
    sees = true;
    play(2 * GOP);
    sees = false;
    play(GOP);
    assert.deepEqual(told, ['doubtful', 'black', 'fit']);
  });

  test('sound that stops coming is silence', () => {
    play(2 * GOP);
    told = [];
    play(4 * GOP, ['video']);
    assert.deepEqual(told, ['doubtful', 'silent']);
  });

  test('a process that dies makes the verdict unknown and is started again, ever more seldom', () => {
    play(2 * GOP);
    sees = true;
    play(2 * GOP);
    assert.equal(examiner.fitness.state, 'black');
    const before = looks.length;
    looks.at(-1)!.onEnd('killed by SIGKILL');
    assert.equal(examiner.fitness.state, 'unknown');
    const starts: number[] = [];
    for (let count = 0; count < 60 * 25; count++) {
      const known = looks.length;
      examiner.take(tag('video', { isKeyFrame: true }));
      if (looks.length > known) {
        starts.push(nowMs);
        looks.at(-1)!.onEnd('exited with 1');
      }
      nowMs += FRAME_MS;
    }
    assert.ok(looks.length > before && starts.length <= 7, `${starts.length} starts in a minute`);
    assert.equal(examiner.fitness.state, 'unknown');
  });

  test('a process that says nothing leaves the verdict unknown', () => {
    sees = null;
    hears = null;
    play(10 * GOP);
    assert.deepEqual([examiner.fitness.state, told], ['unknown', []]);
  });

  test('nothing is told after the end', () => {
    play(GOP);
    const look = looks.at(-1)!;
    examiner.close();
    told = [];
    look.onPicture(true, nowMs);
    look.onEnd('killed');
    play(GOP);
    assert.deepEqual([told, look.closed], [[], true]);
  });
});
