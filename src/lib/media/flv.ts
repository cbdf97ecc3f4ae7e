/**
 * FLV as a stream: tags out of bytes however they are cut, and bytes out of tags (Adobe FLV 10.1, annex E, and the
 * frame types and packet types of Enhanced RTMP).
 *
 * The parser takes hostile input: it throws USAGE on what is not FLV and buffers at most one tag (16 MiB).
 */
import { StreamctlError } from '../base/errors.ts';

export interface FlvTag {
  readonly type: 'audio' | 'video' | 'script';
  /** Unsigned 32-bit milliseconds. */
  readonly timestampMs: number;
  /** The tag's body, with its codec bytes. */
  readonly data: Uint8Array;
  /** A picture that can be decoded by itself; never true of a sequence header. */
  readonly isKeyFrame: boolean;
  /** Decoder configuration, no media. */
  readonly isSequenceHeader: boolean;
}

const TAG_TYPES: Readonly<Record<number, FlvTag['type']>> = { 8: 'audio', 9: 'video', 18: 'script' };
const TAG_NUMBERS = { audio: 8, video: 9, script: 18 } as const;
const FILE_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const TAG_SIZE_BYTES = 4;
const MAX_DATA_OFFSET = 1024;

/** Parses one FLV stream. After it has thrown it must not be used again. */
export class FlvParser {
  #rest: Buffer = Buffer.alloc(0);
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Bytes needed before looking again: keeps large tags in small chunks from being joined each time. */
  #wanted = FILE_HEADER_BYTES;
  #headerSeen = false;

  /** Takes a chunk and returns the tags that it completed; their data may share its memory. */
  push(chunk: Uint8Array): FlvTag[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#rest.length + this.#pendingBytes < this.#wanted) return [];
    this.#rest =
      this.#rest.length === 0 && this.#pending.length === 1
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#rest, ...this.#pending]);
    this.#pending = [];
    this.#pendingBytes = 0;
    const tags: FlvTag[] = [];
    for (let tag = this.#take(); tag !== null; tag = this.#take()) tags.push(tag);
    return tags;
  }

  #take(): FlvTag | null {
    if (!this.#headerSeen && !this.#takeFileHeader()) return null;
    this.#wanted = TAG_HEADER_BYTES;
    if (this.#rest.length < this.#wanted) return null;
    const type = TAG_TYPES[this.#rest[0]! & 0x1f];
    if (type === undefined) throw new StreamctlError('USAGE', `FLV tag of unknown type ${this.#rest[0]}`);
    const dataEnd = TAG_HEADER_BYTES + this.#rest.readUIntBE(1, 3);
    this.#wanted = dataEnd + TAG_SIZE_BYTES;
    if (this.#rest.length < this.#wanted) return null;
    const timestampMs = this.#rest.readUIntBE(4, 3) + this.#rest[7]! * 0x1000000;
    const data = this.#rest.subarray(TAG_HEADER_BYTES, dataEnd);
    this.#rest = this.#rest.subarray(this.#wanted);
    return { type, timestampMs, data, ...classify(type, data) };
  }

  #takeFileHeader(): boolean {
    if (this.#rest.length < this.#wanted) return false;
    const dataOffset = this.#rest.readUInt32BE(5);
    if (this.#rest.toString('latin1', 0, 3) !== 'FLV' || dataOffset > MAX_DATA_OFFSET) {
      throw new StreamctlError('USAGE', 'not an FLV stream');
    }
    this.#wanted = Math.max(dataOffset, FILE_HEADER_BYTES) + TAG_SIZE_BYTES;
    if (this.#rest.length < this.#wanted) return false;
    this.#rest = this.#rest.subarray(this.#wanted);
    this.#headerSeen = true;
    return true;
  }
}

/** Formats the file header with the first (empty) tag size. */
export function formatFlvHeader(has: { readonly audio: boolean; readonly video: boolean }): Buffer {
  const flags = (has.audio ? 4 : 0) | (has.video ? 1 : 0);
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FILE_HEADER_BYTES, 0, 0, 0, 0]);
}

/** Formats a tag with the tag size that follows it. */
export function formatFlvTag(tag: Pick<FlvTag, 'type' | 'timestampMs' | 'data'>): Buffer {
  const bytes = Buffer.alloc(TAG_HEADER_BYTES + tag.data.length + TAG_SIZE_BYTES);
  bytes[0] = TAG_NUMBERS[tag.type];
  bytes.writeUIntBE(tag.data.length, 1, 3);
  bytes.writeUIntBE(tag.timestampMs & 0xffffff, 4, 3);
  bytes[7] = tag.timestampMs >>> 24;
  bytes.set(tag.data, TAG_HEADER_BYTES);
  bytes.writeUInt32BE(TAG_HEADER_BYTES + tag.data.length, TAG_HEADER_BYTES + tag.data.length);
  return bytes;
}

function classify(type: FlvTag['type'], data: Uint8Array): Pick<FlvTag, 'isKeyFrame' | 'isSequenceHeader'> {
  const [first, second] = data;
  if (first === undefined || type === 'script') return { isKeyFrame: false, isSequenceHeader: false };
  if (type === 'audio') {
    const isAac = first >> 4 === 10;
    const isEnhanced = first >> 4 === 9;
    return { isKeyFrame: false, isSequenceHeader: isEnhanced ? (first & 0xf) === 0 : isAac && second === 0 };
  }
  const isEnhanced = (first & 0x80) !== 0;
  const hasPacketType = (first & 0xf) === 7 || (first & 0xf) === 12;
  const packetType = isEnhanced ? first & 0xf : hasPacketType ? second : 1;
  const isMedia = packetType === 1 || (isEnhanced && packetType === 3);
  return { isKeyFrame: ((first >> 4) & 7) === 1 && isMedia, isSequenceHeader: packetType === 0 };
}
