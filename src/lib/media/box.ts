/** ISO base media boxes (ISO/IEC 14496-12, 4.2): finding and building them. */

export interface Box {
  readonly type: string;
  /** Content after the box header. */
  readonly body: Buffer;
}

/** Lists the boxes in `bytes`; stops at the first whose size makes no sense. */
export function listBoxes(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) break;
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return boxes;
}

/** Returns the content of the first box at `path` (types from the outside inwards), or null. */
export function findBox(bytes: Buffer, path: readonly string[]): Buffer | null {
  let body = bytes;
  for (const type of path) {
    const box = listBoxes(body).find((candidate) => candidate.type === type);
    if (box === undefined) return null;
    body = box.body;
  }
  return body;
}

/** Builds a box of the content's pieces. */
export function makeBox(type: string, ...pieces: readonly Uint8Array[]): Buffer {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 8);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...pieces], size);
}

/** Builds a full box: version and flags before the content. */
export function makeFullBox(
  type: string,
  head: { readonly version: number; readonly flags: number },
  ...pieces: readonly Uint8Array[]
): Buffer {
  return makeBox(type, uint32(head.version * 2 ** 24 + head.flags), ...pieces);
}

/** Encodes numbers as big-endian 32-bit fields, modulo 2^32. */
export function uint32(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    out.writeUInt32BE(value >>> 0, i * 4);
  });
  return out;
}
