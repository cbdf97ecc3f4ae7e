/** Bytes that arrive in chunks and are taken in pieces; joins chunks only when a piece crosses them. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#length += chunk.length;
  }

  /** The first bytes, left in the queue; fewer when the queue holds fewer. */
  peek(bytes: number): Buffer {
    const wanted = Math.min(bytes, this.#length);
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length >= wanted) return first.subarray(0, wanted);
    this.#joinHead(wanted);
    return (this.#chunks[0] as Buffer).subarray(0, wanted);
  }

  /** Removes and returns the first bytes; fewer when the queue holds fewer. */
  take(bytes: number): Buffer {
    const taken = this.peek(bytes);
    this.#length -= taken.length;
    const first = this.#chunks[0];
    if (first === undefined) return taken;
    if (first.length === taken.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(taken.length);
    return taken;
  }

  #joinHead(bytes: number): void {
    let count = 0;
    let total = 0;
    while (total < bytes) total += (this.#chunks[count++] as Buffer).length;
    this.#chunks.splice(0, count, Buffer.concat(this.#chunks.slice(0, count), total));
  }
}
