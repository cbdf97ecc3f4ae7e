/**
 * Writes one part: a single moof and mdat of several samples (ISO/IEC 23000-19, 7.3.2.3).
 *
 * The bytes depend on the samples and their place in the grid alone, so replicas that have equal samples make equal
 * parts, whenever they started.
 */
import { makeBox, makeFullBox, uint32 } from './box.ts';
import type { Sample } from './sample.ts';

/** Room for parts of one segment in a fragment's sequence number. */
const PARTS_PER_SEGMENT = 128;
const DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_FLAGS = 0x1 | 0x100 | 0x200 | 0x400;
const TRUN_COMPOSITION = 0x800;
const KEY_SAMPLE = 0x02000000;
const DEPENDENT_SAMPLE = 0x01010000;

/** Where a part stands: its segment's media sequence number, and its index within the segment. */
export interface PartPlace {
  readonly msn: number;
  readonly part: number;
}

/** Formats samples, one or more and contiguous, as one moof and mdat of track 1. */
export function formatPart(place: PartPlace, samples: readonly Sample[]): Buffer {
  const sequence = (place.msn * PARTS_PER_SEGMENT + place.part) % 2 ** 32;
  const mfhd = makeFullBox('mfhd', { version: 0, flags: 0 }, uint32(sequence));
  const tfhd = makeFullBox('tfhd', { version: 0, flags: DEFAULT_BASE_IS_MOOF }, uint32(1));
  const start = Buffer.alloc(8);
  start.writeBigUInt64BE(BigInt(samples[0]?.decodeTime ?? 0));
  const tfdt = makeFullBox('tfdt', { version: 1, flags: 0 }, start);
  const trun = formatTrun(samples);
  const moof = makeBox('moof', mfhd, makeBox('traf', tfhd, tfdt, trun));
  // The data offset is trun's third field after its 12-byte head; trun is the moof's last box.
  moof.writeInt32BE(moof.length + 8, moof.length - trun.length + 16);
  return Buffer.concat([moof, makeBox('mdat', ...samples.map((sample) => sample.data))]);
}

function formatTrun(samples: readonly Sample[]): Buffer {
  const reordered = samples.some((sample) => sample.compositionOffset !== 0);
  const entries = samples.map((sample) => {
    const flags = sample.key ? KEY_SAMPLE : DEPENDENT_SAMPLE;
    const fields = [sample.duration, sample.data.length, flags];
    return uint32(...fields, ...(reordered ? [sample.compositionOffset] : []));
  });
  const flags = TRUN_FLAGS | (reordered ? TRUN_COMPOSITION : 0);
  return makeFullBox('trun', { version: 1, flags }, uint32(samples.length, 0), ...entries);
}
