/**
 * Splits ffmpeg's fragmented MP4 (one moof and mdat per frame) into its init segment and its samples.
 *
 * Streaming, for hostile input: a box over 64 MiB, or a fragment whose samples do not fit its mdat, throws USAGE;
 * nothing grows without end. Boxes other than ftyp, moov, moof and mdat are skipped.
 */
import { StreamctlError } from '../base/errors.ts';
import { findBox, listBoxes } from './box.ts';
import { ByteQueue } from './byte-queue.ts';
import type { Sample } from './sample.ts';

export type SplitEvent =
  | { readonly type: 'init'; readonly bytes: Buffer }
  | { readonly type: 'sample'; readonly sample: Sample };

const MAX_BOX_BYTES = 64 * 1024 * 1024;
const MAX_SAMPLES = 4096;
/** sample_is_non_sync_sample in ISO/IEC 14496-12, 8.8.3.1. */
const NON_SYNC_FLAG = 0x10000;

/** Reads fMP4 of one track however it is cut into chunks. */
export class FragmentSplitter {
  #queue = new ByteQueue();
  #ftyp: Buffer | null = null;
  #moof: Buffer | null = null;

  /** Takes a chunk and returns what it completed, in order. */
  push(chunk: Uint8Array): SplitEvent[] {
    this.#queue.push(chunk);
    const events: SplitEvent[] = [];
    for (let box = this.#takeBox(); box !== null; box = this.#takeBox()) events.push(...this.#accept(box));
    return events;
  }

  #takeBox(): Buffer | null {
    if (this.#queue.length < 8) return null;
    const size = this.#queue.peek(8).readUInt32BE(0);
    if (size < 8 || size > MAX_BOX_BYTES) throw malformed(`box of ${size} bytes`);
    return this.#queue.length < size ? null : this.#queue.take(size);
  }

  #accept(box: Buffer): SplitEvent[] {
    switch (box.toString('latin1', 4, 8)) {
      case 'ftyp':
        this.#ftyp = box;
        return [];
      case 'moov':
        return [{ type: 'init', bytes: Buffer.concat([this.#ftyp ?? Buffer.alloc(0), box]) }];
      case 'moof':
        this.#moof = box;
        return [];
      case 'mdat': {
        const moof = this.#moof;
        this.#moof = null;
        if (moof === null) throw malformed('mdat without moof');
        return parseFragment(moof, box).map((sample) => ({ type: 'sample', sample }));
      }
      default:
        return [];
    }
  }
}

/** Returns the samples of one fragment (moof and mdat with their headers) of one track. Throws USAGE. */
export function parseFragment(moof: Buffer, mdat: Buffer): Sample[] {
  try {
    const traf = findBox(moof, ['moof', 'traf']) ?? Buffer.alloc(0);
    const defaults = parseTfhd(findBox(traf, ['tfhd']));
    let decodeTime = parseTfdt(findBox(traf, ['tfdt']));
    let at = 8;
    const samples: Sample[] = [];
    for (const box of listBoxes(traf)) {
      if (box.type !== 'trun') continue;
      for (const entry of parseTrun(box.body, defaults)) {
        if (at + entry.size > mdat.length) throw malformed('sample reaches past its mdat');
        const data = mdat.subarray(at, at + entry.size);
        const { duration, compositionOffset, key } = entry;
        samples.push({ decodeTime, duration, compositionOffset, key, data });
        at += entry.size;
        decodeTime += entry.duration;
      }
    }
    return samples;
  } catch (error) {
    if (error instanceof RangeError) throw malformed('fragment is cut off');
    throw error;
  }
}

interface Defaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

interface TrunEntry {
  readonly duration: number;
  readonly size: number;
  readonly key: boolean;
  readonly compositionOffset: number;
}

function parseTfhd(body: Buffer | null): Defaults {
  if (body === null) throw malformed('fragment without tfhd');
  const flags = body.readUIntBE(1, 3);
  let at = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const next = (present: number) => {
    if (!present) return 0;
    at += 4;
    return body.readUInt32BE(at - 4);
  };
  return { duration: next(flags & 8), size: next(flags & 16), flags: next(flags & 32) };
}

function parseTfdt(body: Buffer | null): number {
  if (body === null) throw malformed('fragment without tfdt');
  if (body.readUInt8(0) === 0) return body.readUInt32BE(4);
  return Number(body.readBigInt64BE(4));
}

function parseTrun(body: Buffer, defaults: Defaults): TrunEntry[] {
  const flags = body.readUIntBE(1, 3);
  const count = body.readUInt32BE(4);
  if (count > MAX_SAMPLES) throw malformed(`fragment of ${count} samples`);
  let at = 8 + (flags & 1 ? 4 : 0);
  const take = (present: number, fallback: number) => {
    if (!present) return fallback;
    at += 4;
    return body.readUInt32BE(at - 4);
  };
  const firstFlags = take(flags & 4, defaults.flags);
  return Array.from({ length: count }, (_, i) => {
    const duration = take(flags & 0x100, defaults.duration);
    const size = take(flags & 0x200, defaults.size);
    const sampleFlags = take(flags & 0x400, i === 0 ? firstFlags : defaults.flags);
    const compositionOffset = take(flags & 0x800, 0) | 0;
    return { duration, size, key: (sampleFlags & NON_SYNC_FLAG) === 0, compositionOffset };
  });
}

function malformed(what: string): StreamctlError {
  return new StreamctlError('USAGE', `fragmented MP4 is malformed: ${what}`);
}
