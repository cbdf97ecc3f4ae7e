/** What an init segment (ftyp and moov of one track) says of its track. */
import { createHash } from 'node:crypto';
import { StreamctlError } from '../base/errors.ts';
import { parseAvcConfig } from './avc-config.ts';
import { findBox } from './box.ts';

export interface InitSegment {
  readonly bytes: Buffer;
  /** First 12 hex digits of the bytes' SHA-256. */
  readonly initId: string;
  /** RFC 6381. */
  readonly codecs: string;
  readonly timescale: number;
}

const SAMPLE_TABLE = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
/** Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3), and of an audio one (12.2.3). */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

/** Parses an init segment of AVC or AAC. Throws USAGE when it is something else. */
export function parseInitSegment(bytes: Buffer): InitSegment {
  const stsd = findBox(bytes, SAMPLE_TABLE)?.subarray(8) ?? Buffer.alloc(0);
  const avc = findBox(stsd, ['avc1'])?.subarray(VISUAL_ENTRY_BYTES);
  const aac = findBox(stsd, ['mp4a'])?.subarray(AUDIO_ENTRY_BYTES);
  const codecs = avc === undefined ? aac && codecsOfEsds(findBox(aac, ['esds'])) : codecsOfAvc(avc);
  const mdhd = findBox(bytes, ['moov', 'trak', 'mdia', 'mdhd']);
  if (!codecs || mdhd === null || mdhd.length < 24) {
    throw new StreamctlError('USAGE', 'init segment describes neither AVC nor AAC');
  }
  const timescale = mdhd.readUInt32BE(mdhd.readUInt8(0) === 1 ? 20 : 12);
  const initId = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { bytes, initId, codecs, timescale };
}

function codecsOfAvc(entry: Buffer): string | null {
  const avcc = findBox(entry, ['avcC']);
  if (avcc === null || avcc.length < 4) return null;
  return parseAvcConfig(avcc)?.codecs ?? `avc1.${avcc.toString('hex', 1, 4)}`;
}

/** Walks the MPEG-4 descriptors (ISO/IEC 14496-1, 7.2.6): ES 3, decoder config 4, decoder specific 5. */
function codecsOfEsds(esds: Buffer | null): string | null {
  if (esds === null) return null;
  let at = 4;
  let objectType = 0;
  while (at + 2 <= esds.length) {
    const tag = esds.readUInt8(at++);
    while (at < esds.length && esds.readUInt8(at) & 0x80) at++;
    at++;
    if (tag === 3) at += 3;
    else if (tag === 4 && at + 13 <= esds.length) {
      objectType = esds.readUInt8(at);
      at += 13;
    } else if (tag === 5 && at < esds.length) {
      return `mp4a.${objectType.toString(16)}.${esds.readUInt8(at) >> 3}`;
    } else return null;
  }
  return null;
}
