/**
 * Reads when the samples of a CMAF part or segment are to be shown: tfdt and trun (ISO/IEC 14496-12), nothing
 * else. Also the timescale of an init segment. Takes hostile input: throws NONCONFORMANT, reads inside the bytes only.
 */
import { StreamctlError } from '../base/errors.ts';

/** Ticks of the track's timescale. */
export interface FragmentTiming {
  readonly decodeTime: number;
  readonly durationTicks: number;
  readonly frames: number;
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const DEFAULT_DURATION_PRESENT = 0x08;
const TRUN_DATA_OFFSET = 0x01;
const TRUN_FIRST_FLAGS = 0x04;
const TRUN_DURATION = 0x100;
const TRUN_OPTIONAL_FIELDS = [0x100, 0x200, 0x400, 0x800];

/** Timing of every moof in the bytes, in order. */
export function parseFragmentTimings(bytes: Buffer): FragmentTiming[] {
  const timings: FragmentTiming[] = [];
  for (const moof of boxes(bytes, 0, bytes.length)) {
    if (moof.type === 'moof') timings.push(parseMoof(bytes, moof));
  }
  if (timings.length === 0) throw malformed('no moof');
  return timings;
}

/** Ticks a second of an init segment's only track. */
export function parseTimescale(bytes: Buffer): number {
  let from: Box = { type: 'file', start: 0, end: bytes.length };
  for (const type of ['moov', 'trak', 'mdia', 'mdhd']) from = child(bytes, from, type);
  const version = read8(bytes, from.start, from.end);
  const timescale = read32(bytes, from.start + (version === 1 ? 20 : 12), from.end);
  if (timescale === 0) throw malformed('timescale 0');
  return timescale;
}

function parseMoof(bytes: Buffer, moof: Box): FragmentTiming {
  const traf = child(bytes, moof, 'traf');
  const tfdt = child(bytes, traf, 'tfdt');
  const isLong = read8(bytes, tfdt.start, tfdt.end) === 1;
  const high = isLong ? read32(bytes, tfdt.start + 4, tfdt.end) : 0;
  const low = read32(bytes, tfdt.start + (isLong ? 8 : 4), tfdt.end);
  const defaultTicks = defaultDuration(bytes, child(bytes, traf, 'tfhd'));
  let durationTicks = 0;
  let frames = 0;
  for (const trun of boxes(bytes, traf.start, traf.end)) {
    if (trun.type !== 'trun') continue;
    const count = read32(bytes, trun.start + 4, trun.end);
    durationTicks += trunDuration(bytes, trun, defaultTicks);
    frames += count;
  }
  return { decodeTime: high * 2 ** 32 + low, durationTicks, frames };
}

function defaultDuration(bytes: Buffer, tfhd: Box): number {
  const flags = read32(bytes, tfhd.start, tfhd.end) & 0xffffff;
  if ((flags & DEFAULT_DURATION_PRESENT) === 0) return 0;
  const skip = 8 + ((flags & 0x01) !== 0 ? 8 : 0) + ((flags & 0x02) !== 0 ? 4 : 0);
  return read32(bytes, tfhd.start + skip, tfhd.end);
}

function trunDuration(bytes: Buffer, trun: Box, defaultTicks: number): number {
  const flags = read32(bytes, trun.start, trun.end) & 0xffffff;
  const count = read32(bytes, trun.start + 4, trun.end);
  if ((flags & TRUN_DURATION) === 0) return count * defaultTicks;
  const step = 4 * TRUN_OPTIONAL_FIELDS.filter((field) => (flags & field) !== 0).length;
  let at = trun.start + 8;
  if ((flags & TRUN_DATA_OFFSET) !== 0) at += 4;
  if ((flags & TRUN_FIRST_FLAGS) !== 0) at += 4;
  if (at + count * step > trun.end) throw malformed('trun longer than its box');
  let sum = 0;
  for (let index = 0; index < count; index += 1, at += step) sum += bytes.readUInt32BE(at);
  return sum;
}

/** Boxes between two offsets; their `start` is that of the content. */
function* boxes(bytes: Buffer, from: number, to: number): Generator<Box> {
  let at = from;
  while (at < to) {
    const size = read32(bytes, at, to);
    if (size < 8 || at + size > to) throw malformed('box over the end');
    yield { type: bytes.toString('latin1', at + 4, at + 8), start: at + 8, end: at + size };
    at += size;
  }
}

function child(bytes: Buffer, parent: Box, type: string): Box {
  for (const box of boxes(bytes, parent.start, parent.end)) if (box.type === type) return box;
  throw malformed(`no ${type} in ${parent.type}`);
}

function read8(bytes: Buffer, at: number, end: number): number {
  if (at + 1 > end) throw malformed('truncated');
  return bytes.readUInt8(at);
}

function read32(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) throw malformed('truncated');
  return bytes.readUInt32BE(at);
}

function malformed(what: string): StreamctlError {
  return new StreamctlError('NONCONFORMANT', `reading a fragment: ${what}`);
}
