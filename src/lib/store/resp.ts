/** The part of Redis's protocol (RESP 2) that reading takes. Pure; bounds what it takes from the other side. */
import { StreamctlError } from '../base/errors.ts';

export type Reply = string | number | null | readonly Reply[] | { readonly error: string };

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 4;
const CRLF = '\r\n';

/** Formats a command. */
export function formatCommand(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}${CRLF}${word}${CRLF}`);
  return `*${words.length}${CRLF}${bulks.join('')}`;
}

/** Parses replies however the bytes are cut. */
export class ReplyParser {
  #bytes = Buffer.alloc(0);
  #at = 0;

  /** Takes a chunk and returns the replies that it completed. Throws USAGE on what is not RESP. */
  push(chunk: Uint8Array): Reply[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MAX_BYTES) throw new StreamctlError('USAGE', 'a reply of the store is too long');
    const replies: Reply[] = [];
    for (;;) {
      this.#at = 0;
      const reply = this.#take(0);
      if (reply === undefined) return replies;
      replies.push(reply);
      this.#bytes = this.#bytes.subarray(this.#at);
    }
  }

  /** The reply at the position, undefined when it is not all there. */
  #take(depth: number): Reply | undefined {
    const end = this.#bytes.indexOf(CRLF, this.#at);
    if (end === -1) return undefined;
    const kind = this.#bytes[this.#at];
    const text = this.#bytes.toString('utf8', this.#at + 1, end);
    this.#at = end + CRLF.length;
    if (kind === 0x2b) return text;
    if (kind === 0x2d) return { error: text };
    const count = Number(text);
    if (!/^-?\d+$/.test(text) || Math.abs(count) > MAX_BYTES || depth > MAX_DEPTH) throw malformed();
    if (kind === 0x3a) return count;
    if (kind === 0x24) return count < 0 ? null : this.#takeBulk(count);
    if (kind === 0x2a) return count < 0 ? null : this.#takeArray(count, depth);
    throw malformed();
  }

  #takeBulk(length: number): string | undefined {
    const end = this.#at + length;
    if (this.#bytes.length < end + CRLF.length) return undefined;
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + CRLF.length;
    return text;
  }

  #takeArray(count: number, depth: number): readonly Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < count) {
      const item = this.#take(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}

function malformed(): StreamctlError {
  return new StreamctlError('USAGE', 'the store answered with something that is not Redis');
}
