/** Makes minimal CMAF init segments and fragments: the boxes that timing is read from, and an empty picture. */

function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** An init segment with a timescale and nothing to decode. */
export function makeInit(timescale: number): Buffer {
  const mdhd = box('mdhd', words(0, 0, 0, timescale, 0, 0));
  return Buffer.concat([box('ftyp', Buffer.from('iso5')), box('moov', box('trak', box('mdia', mdhd)))]);
}

/** A moof with these sample durations (ticks), and an mdat of `bytes` zeros. */
export function makeFragment(decodeTime: number, durations: readonly number[], bytes = 16): Buffer {
  const tfhd = box('tfhd', words(0x020000, 1));
  const tfdt = box('tfdt', words(0x01000000, Math.floor(decodeTime / 2 ** 32), decodeTime % 2 ** 32));
  const trun = box('trun', words(0x000101, durations.length, 0, ...durations));
  return Buffer.concat([box('moof', box('traf', tfhd, tfdt, trun)), box('mdat', Buffer.alloc(bytes))]);
}
