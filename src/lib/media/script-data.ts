/**
 * Reads onMetaData: the AMF0 object in an FLV script tag (Adobe AMF 0). Only numbers, booleans and strings of its
 * top level are kept. Hostile input yields what was read before the fault; depth and count are bounded.
 */

export type ScriptValue = number | boolean | string;

const MAX_ENTRIES = 512;
const MAX_DEPTH = 8;

/** Parses a script tag's data to onMetaData's simple properties; empty when it is something else. */
export function parseMetaData(data: Uint8Array): Map<string, ScriptValue> {
  const found = new Map<string, ScriptValue>();
  const reader = new AmfReader(data);
  try {
    let name = reader.value(0);
    if (name === '@setDataFrame') name = reader.value(0);
    if (name === 'onMetaData') reader.properties(0, found);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

class AmfReader {
  readonly #data: Buffer;
  #at = 0;
  #entries = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.length);
  }

  /** Reads one value; undefined for null, undefined, dates and containers, which are skipped. */
  value(depth: number): ScriptValue | undefined {
    if (depth > MAX_DEPTH) throw new RangeError('AMF nests too deeply');
    const marker = this.#data.readUInt8(this.#at);
    if (marker === 3 || marker === 8) {
      this.properties(depth);
      return undefined;
    }
    this.#at += 1;
    if (marker === 10) return this.#array(depth);
    return this.#simple(marker);
  }

  /** Reads an object or ECMA array; keeps its simple values in `into`. */
  properties(depth: number, into?: Map<string, ScriptValue>): void {
    const marker = this.#data.readUInt8(this.#at);
    if (marker !== 3 && marker !== 8) throw new RangeError('AMF value is no object');
    this.#at += marker === 8 ? 5 : 1;
    for (;;) {
      if (++this.#entries > MAX_ENTRIES) throw new RangeError('AMF object is too large');
      const key = this.#text(this.#uint16());
      if (key === '' && this.#data.readUInt8(this.#at) === 9) break;
      const value = this.value(depth + 1);
      if (value !== undefined) into?.set(key, value);
    }
    this.#at += 1;
  }

  #simple(marker: number): ScriptValue | undefined {
    switch (marker) {
      case 0:
        return this.#data.readDoubleBE(this.#skip(8));
      case 1:
        return this.#data.readUInt8(this.#skip(1)) !== 0;
      case 2:
        return this.#text(this.#uint16());
      case 12:
        return this.#text(this.#data.readUInt32BE(this.#skip(4)));
      case 5:
      case 6:
        return undefined;
      case 11:
        this.#skip(10);
        return undefined;
      default:
        throw new RangeError(`AMF marker ${marker} is not understood`);
    }
  }

  #array(depth: number): undefined {
    const count = this.#data.readUInt32BE(this.#skip(4));
    this.#entries += count;
    if (this.#entries > MAX_ENTRIES) throw new RangeError('AMF array is too large');
    for (let i = 0; i < count; i++) this.value(depth + 1);
  }

  #uint16(): number {
    return this.#data.readUInt16BE(this.#skip(2));
  }

  #text(bytes: number): string {
    const from = this.#skip(bytes);
    if (this.#at > this.#data.length) throw new RangeError('AMF text is cut off');
    return this.#data.toString('utf8', from, this.#at);
  }

  #skip(bytes: number): number {
    const from = this.#at;
    this.#at += bytes;
    return from;
  }
}
