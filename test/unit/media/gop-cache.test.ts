import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlvTag } from '../../../src/lib/media/flv.ts';
import { GopCache } from '../../../src/lib/media/gop-cache.ts';

function tag(type: FlvTag['type'], timestampMs: number, data: string, flags: Partial<FlvTag> = {}): FlvTag {
  return { type, timestampMs, data: Buffer.from(data), isKeyFrame: false, isSequenceHeader: false, ...flags };
}
const metadata = (data: string): FlvTag => tag('script', 0, data);
const header = (type: FlvTag['type'], data: string, at = 0): FlvTag =>
  tag(type, at, data, { isSequenceHeader: true });
const key = (at: number, data = `K${at}`): FlvTag => tag('video', at, data, { isKeyFrame: true });
const inter = (at: number, data = `p${at}`): FlvTag => tag('video', at, data);
const audio = (at: number, data = `a${at}`): FlvTag => tag('audio', at, data);

function filled(tags: readonly FlvTag[]): GopCache {
  const cache = new GopCache();
  for (const each of tags) cache.add(each);
  return cache;
}
const shown = (cache: GopCache): string[] => cache.replay().map((each) => Buffer.from(each.data).toString());

test('replay() is headers, then everything since the newest key frame', () => {
  const cache = filled([
    metadata('meta'),
    header('video', 'avc'),
    header('audio', 'aac'),
    ...[key(0), audio(10), inter(40), key(2000), audio(2010), inter(2040)],
  ]);
  assert.deepEqual(shown(cache), ['meta', 'avc', 'aac', 'K2000', 'a2010', 'p2040']);
  assert.deepEqual(new Set(cache.replay().map((each) => each.timestampMs)), new Set([2000, 2010, 2040]));
  assert.deepEqual(cache.tracks(), { audio: true, video: true });
});

test('a header that changes within a GOP comes where it came, not before it', () => {
  const cache = filled([header('video', 'avc1'), key(0), inter(40), header('video', 'avc2', 80)]);
  assert.deepEqual(shown(cache), ['avc1', 'K0', 'p40', 'avc2']);
  cache.add(key(90));
  assert.deepEqual(shown(cache), ['avc2', 'K90']);
});

test('a repeated header is said to be one and not kept twice', () => {
  const cache = filled([header('video', 'avc'), key(0)]);
  assert.equal(cache.add(header('video', 'avc')), false);
  assert.equal(cache.add(header('video', 'other')), true);
});

test('pictures before the first key frame are not kept', () => {
  assert.deepEqual(shown(filled([header('video', 'avc'), inter(0), inter(40)])), ['avc']);
});

test('audio alone is kept for the last 2 s', () => {
  const cache = filled([header('audio', 'aac')]);
  for (let at = 0; at <= 10_000; at += 20) cache.add(audio(at));
  const [first, second] = shown(cache);
  assert.deepEqual([first, second], ['aac', 'a8000']);
  assert.deepEqual(cache.tracks(), { audio: true, video: false });
});

test('a GOP over the bound is given up until the next key frame', () => {
  const cache = filled([header('video', 'avc'), key(0)]);
  for (let at = 1; at < 20; at++) cache.add(inter(at, 'x'.repeat(1024 * 1024)));
  assert.deepEqual(shown(cache), ['avc']);
  cache.add(key(100));
  assert.deepEqual(shown(cache), ['avc', 'K100']);
});

test('clear() keeps headers and waits for a key frame', () => {
  const cache = filled([header('video', 'avc'), key(0), inter(40)]);
  cache.clear();
  cache.add(inter(80));
  cache.add(audio(81));
  assert.deepEqual(shown(cache), ['avc']);
});
