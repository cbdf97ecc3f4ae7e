import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FlvTag } from '../../../../src/lib/media/flv.ts';
import { TargetQueue } from '../../../../src/lib/publisher/relay/target-queue.ts';

type Kind = 'key' | 'frame' | 'sound' | 'config' | 'metadata';

/** Tag number n, which says so in its timestamp; `config` changes how what follows is decoded. */
function tagOf(kind: Kind, n: number, bytes = 100): FlvTag {
  const data = Buffer.alloc(bytes, n % 251);
  const type = kind === 'sound' ? 'audio' : kind === 'metadata' ? 'script' : 'video';
  return { type, timestampMs: n, data, isKeyFrame: kind === 'key', isSequenceHeader: kind === 'config' };
}

const isMedia = (tag: FlvTag): boolean => tag.type !== 'script' && !tag.isSequenceHeader;

function drain(queue: TargetQueue, count = Number.POSITIVE_INFINITY): FlvTag[] {
  const taken: FlvTag[] = [];
  while (taken.length < count) {
    const tag = queue.shift();
    if (tag === null) break;
    taken.push(tag);
  }
  return taken;
}

test('a target that keeps up gets every tag, in order', () => {
  const queue = new TargetQueue({ maxMs: 1000, maxBytes: 10_000 });
  queue.restart([tagOf('config', 0), tagOf('key', 1)], 0);
  const got = drain(queue);
  for (let n = 2; n < 50; n++) {
    queue.push(tagOf(n % 10 === 0 ? 'key' : 'frame', n), n * 40);
    got.push(...drain(queue));
  }
  assert.deepEqual(
    got.map(({ timestampMs }) => timestampMs),
    Array.from({ length: 50 }, (_, n) => n),
  );
  assert.equal(queue.gaps, 0);
});

test('a target that is too far behind goes on with the newest key frame, behind its headers', () => {
  const queue = new TargetQueue({ maxMs: 1000, maxBytes: 1_000_000 });
  queue.restart([tagOf('config', 0), tagOf('key', 1)], 0);
  drain(queue);
  const kinds: Kind[] = ['frame', 'sound', 'frame', 'key', 'frame', 'sound'];
  for (const [index, kind] of kinds.entries()) queue.push(tagOf(kind, index + 2), index * 250);
  const rest = drain(queue);
  assert.deepEqual(
    rest.map((tag) => [tag.timestampMs, tag.isSequenceHeader]),
    [
      [5, true],
      [5, false],
      [6, false],
      [7, false],
    ],
  );
  assert.deepEqual([queue.gaps, queue.droppedTags], [1, 3]);
});

test('without a key frame that is young enough it waits for the next one', () => {
  const queue = new TargetQueue({ maxMs: 1000, maxBytes: 1_000_000 });
  queue.restart([tagOf('key', 1)], 0);
  queue.push(tagOf('frame', 2), 1500);
  queue.push(tagOf('sound', 3), 1501);
  assert.deepEqual(drain(queue), []);
  queue.push(tagOf('key', 4), 1502);
  queue.push(tagOf('sound', 5), 1503);
  assert.deepEqual(
    drain(queue).map(({ timestampMs }) => timestampMs),
    [4, 5],
  );
});

test('sound alone goes on with any frame', () => {
  const queue = new TargetQueue({ maxMs: 1000, maxBytes: 1_000_000 });
  queue.restart([tagOf('sound', 1)], 0);
  queue.push(tagOf('sound', 2), 2000);
  queue.push(tagOf('sound', 3), 2001);
  assert.deepEqual(
    drain(queue).map(({ timestampMs }) => timestampMs),
    [3],
  );
});

test('how far behind is how long the next tag has waited', () => {
  const queue = new TargetQueue({ maxMs: 1000, maxBytes: 1_000_000 });
  queue.restart([], 0);
  assert.equal(queue.behindMs(500), 0);
  queue.push(tagOf('key', 1), 500);
  assert.equal(queue.behindMs(740), 240);
});

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('push' as const), kind: kindOf(), afterMs: fc.nat(120) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.nat(12) }) },
  ),
  { maxLength: 300 },
);

function kindOf(): fc.Arbitrary<Kind> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant('frame' as const) },
    { weight: 6, arbitrary: fc.constant('sound' as const) },
    { weight: 2, arbitrary: fc.constant('key' as const) },
    { weight: 1, arbitrary: fc.constant('config' as const) },
    { weight: 1, arbitrary: fc.constant('metadata' as const) },
  );
}

test('whatever a target takes and when: order is kept, gaps end at key frames, headers hold, limits hold', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 200, max: 3000 }), (script, maxMs) => {
      const limits = { maxMs, maxBytes: 2500 };
      const queue = new TargetQueue(limits);
      const source: FlvTag[] = [tagOf('config', 1), tagOf('key', 2)];
      queue.restart(source, 0);
      const got: FlvTag[] = [];
      let nowMs = 0;
      for (const step of script) {
        if (step.do === 'take') {
          got.push(...drain(queue, step.count));
          continue;
        }
        nowMs += step.afterMs;
        const tag = tagOf(step.kind, source.length + 1);
        source.push(tag);
        queue.push(tag, nowMs);
        assert.ok(queue.behindMs(nowMs) <= limits.maxMs, 'no tag waits for longer than the limit');
      }
      got.push(...drain(queue));
      assertHonest(source, got);
    }),
    { numRuns: 300 },
  );
});

/** Media is a part of the source in its order; after each gap comes a key frame, behind the configuration that holds there. */
function assertHonest(source: readonly FlvTag[], got: readonly FlvTag[]): void {
  const media = source.filter(isMedia).map(({ timestampMs }) => timestampMs);
  let at = -1;
  let config: FlvTag | null = null;
  for (const tag of got) {
    if (tag.isSequenceHeader) config = tag;
    if (!isMedia(tag)) continue;
    const next = media.indexOf(tag.timestampMs);
    assert.ok(next > at, `tag ${tag.timestampMs} comes once, in order`);
    if (next !== at + 1)
      assert.ok(tag.isKeyFrame, `after a gap comes a key frame, not tag ${tag.timestampMs}`);
    at = next;
    const holds = source.findLast((one) => one.isSequenceHeader && one.timestampMs < tag.timestampMs);
    assert.equal(config?.data[0], holds?.data[0], `the configuration of tag ${tag.timestampMs}`);
  }
}
