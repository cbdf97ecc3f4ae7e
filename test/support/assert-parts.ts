/** What must hold of a track's parts, whatever happened while they were made. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { FeedSink, ReceivedPart } from './feed-sink.ts';

/** Decode times without a hole, numbers and indices without a jump. */
export function assertContiguous(parts: readonly ReceivedPart[]): void {
  assert.ok(parts.length > 0, 'no parts');
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    if (before === undefined) return;
    const place = before.last ? [before.msn + 1, 0] : [before.msn, before.part + 1];
    assert.deepEqual([part.msn, part.part], place, `${part.track}: after ${before.msn}.${before.part}`);
    assert.equal(
      part.decodeTime,
      before.decodeTime + before.durationTicks,
      `${part.track} ${part.msn}.${part.part}`,
    );
  });
}

/** One init segment for all parts, and a decoder that finds no fault in what follows it. */
export function assertDecodes(sink: FeedSink, track: string): void {
  const parts = sink.track(track);
  const initIds = new Set(parts.map((part) => part.initId));
  assert.equal(initIds.size, 1, `${track} has ${initIds.size} init segments`);
  const init = sink.inits.get(parts[0]?.initId ?? '') ?? Buffer.alloc(0);
  assertBytesDecode(Buffer.concat([init, ...parts.map((part) => part.bytes)]), track);
}

export function assertBytesDecode(input: Buffer, what: string): void {
  const timing = ['-copyts', '-fps_mode', 'passthrough', '-enc_time_base', '-1'];
  const args = ['-v', 'error', '-xerror', '-i', 'pipe:0', ...timing, '-f', 'null', '-'];
  const { status, stderr } = spawnSync('ffmpeg', args, { input });
  assert.equal(stderr.toString(), '', `decoding ${what}`);
  assert.equal(status, 0);
}

/** Segments that are there whole, by number: their parts' descriptions, without what differs by run. */
export function wholeSegments(parts: readonly ReceivedPart[]): Map<number, ReceivedPart[]> {
  const first = parts[0]?.msn ?? 0;
  const segments = new Map<number, ReceivedPart[]>();
  for (const part of parts) {
    if (part.msn > first) segments.set(part.msn, [...(segments.get(part.msn) ?? []), part]);
  }
  for (const [msn, own] of segments) if (!own.at(-1)?.last) segments.delete(msn);
  return segments;
}

/** Where a part stands and what it holds, apart from its bytes. */
export function shapeOf(part: ReceivedPart): unknown {
  const { msn, part: index, decodeTime, durationTicks, frames, independent, initId } = part;
  return { msn, index, decodeTime, durationTicks, frames, independent, initId };
}
