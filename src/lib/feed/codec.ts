/**
 * Framing of feed messages: `u32be headerBytes, u32be bodyBytes, header (JSON, UTF-8), body`.
 *
 * The decoder takes hostile input: it bounds both lengths and throws instead of growing without end.
 */
import { StreamctlError } from '../base/errors.ts';
import type { FeedFrame, FeedMessage } from './message.ts';

const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 8;
const MESSAGE_TYPES = new Set(['hello', 'tracks', 'init', 'part', 'segment', 'status']);

/** Encodes one message, to be written to a feed's body as it is. */
export function encodeFrame(message: FeedMessage, body: Uint8Array = new Uint8Array(0)): Buffer {
  const header = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(header.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, header, body]);
}

/** Decodes a feed's bytes however they are cut into chunks. */
export class FrameDecoder {
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  /** Takes a chunk and returns the frames that it completed. Throws USAGE on malformed input. */
  push(chunk: Uint8Array): FeedFrame[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: FeedFrame[] = [];
    for (let frame = this.#take(); frame !== null; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): FeedFrame | null {
    if (this.#buffered < PREFIX_BYTES) return null;
    const prefix = this.#peek(PREFIX_BYTES);
    const headerBytes = prefix.readUInt32BE(0);
    const bodyBytes = prefix.readUInt32BE(4);
    if (headerBytes > MAX_HEADER_BYTES || bodyBytes > MAX_BODY_BYTES) {
      throw new StreamctlError(
        'USAGE',
        `feed message of ${headerBytes} + ${bodyBytes} bytes is over the limit`,
      );
    }
    const total = PREFIX_BYTES + headerBytes + bodyBytes;
    if (this.#buffered < total) return null;
    const whole = this.#peek(total);
    this.#chunks = this.#buffered > total ? [(this.#chunks[0] as Buffer).subarray(total)] : [];
    this.#buffered -= total;
    const message = parseMessage(whole.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes));
    return { message, body: whole.subarray(PREFIX_BYTES + headerBytes) };
  }

  /** The first bytes buffered, as one buffer; joins chunks only when they are cut. */
  #peek(bytes: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= bytes) {
      return Buffer.from(first.buffer, first.byteOffset, bytes);
    }
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined.subarray(0, bytes);
  }
}

function parseMessage(header: Buffer): FeedMessage {
  let value: unknown;
  try {
    value = JSON.parse(header.toString('utf8'));
  } catch (cause) {
    throw new StreamctlError('USAGE', 'feed message is not JSON', { cause });
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !MESSAGE_TYPES.has(type)) {
    throw new StreamctlError('USAGE', `feed message has no known type (${String(type)})`);
  }
  return value as FeedMessage;
}
