import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SyntheticTrack } from './synthetic-origin.ts';

const ROUND_SEC = 60;
const TIMESCALE = 15_360;

let made: Promise<SyntheticTrack> | undefined;

/**
 * Makes, once for all tests of a process, a minute of real H.264, a test picture in parts of 0.5 s with a key frame every
 * 2 s, for a synthetic origin. After the minute it begins again, with times that go on.
 */
export function makeRealVideo(): Promise<SyntheticTrack> {
  made ??= encodeVideo().then(loopTrack);
  return made;
}

/** The same from a file that `encodeVideo` returned. */
export function loopTrack(bytes: Buffer): SyntheticTrack {
  const moofs: number[] = [];
  let end = bytes.length;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'moof') moofs.push(at);
    if (type === 'mfra') end = at;
  }
  const parts = moofs.map((start, index) => bytes.subarray(start, moofs[index + 1] ?? end));
  return {
    id: '360p',
    kind: 'video',
    codecs: 'avc1.42c01e',
    init: bytes.subarray(0, moofs[0]),
    part: (index) => shifted(parts[index % parts.length]!, Math.floor(index / parts.length)),
  };
}

/** A minute of it as one file. */
export async function encodeVideo(): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-media-'));
  try {
    const file = join(dir, 'video.mp4');
    const source = 'testsrc2=size=640x360:rate=30';
    const encode =
      '-c:v libx264 -preset ultrafast -tune zerolatency -bf 0 -sc_threshold 0 -g 60 -pix_fmt yuv420p';
    const mux = '-movflags +cmaf -frag_duration 500000 -f mp4';
    const words = `-v error -f lavfi -i ${source} -t 60 ${encode} ${mux}`.split(' ');
    await promisify(execFile)('ffmpeg', [...words, file]);
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** A part of a later round: its decode time (tfdt, version 1) goes on. */
function shifted(part: Buffer, rounds: number): Buffer {
  if (rounds === 0) return part;
  const copy = Buffer.from(part);
  const at = copy.indexOf('tfdt', 0, 'latin1') + 8;
  copy.writeBigUInt64BE(copy.readBigUInt64BE(at) + BigInt(rounds * ROUND_SEC * TIMESCALE), at);
  return copy;
}
