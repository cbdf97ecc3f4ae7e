/**
 * Reads what a pipeline must know of H.264 from its decoder configuration (ISO/IEC 14496-15, 5.3.3) and sequence
 * parameter set (ISO/IEC 14496-10, 7.3.2.1): codecs string, picture size, frame rate. Hostile input yields null.
 */

export interface AvcConfig {
  /** RFC 6381, e.g. `avc1.42c01f`. */
  readonly codecs: string;
  readonly width: number;
  readonly height: number;
  /** From the VUI's timing; null when it is not there. */
  readonly frameRate: number | null;
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const MAX_SIDE = 16_384;

/** Parses an avcC record; null when it is cut off or its picture size makes no sense. */
export function parseAvcConfig(avcc: Uint8Array): AvcConfig | null {
  const data = Buffer.from(avcc.buffer, avcc.byteOffset, avcc.length);
  if (data.length < 8 || data.readUInt8(0) !== 1 || (data.readUInt8(5) & 0x1f) === 0) return null;
  const bytes = data.readUInt16BE(6);
  if (8 + bytes > data.length) return null;
  try {
    const picture = parseSps(data.subarray(8, 8 + bytes));
    if (picture.width < 1 || picture.height < 1) return null;
    if (picture.width > MAX_SIDE || picture.height > MAX_SIDE) return null;
    return { codecs: `avc1.${data.toString('hex', 1, 4)}`, ...picture };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number | null;
}

function parseSps(nal: Buffer): Picture {
  const bits = new BitReader(withoutEmulation(nal.subarray(1)));
  const profile = bits.read(8);
  bits.read(16);
  bits.ue();
  const chroma = HIGH_PROFILES.has(profile) ? skipHighProfile(bits) : 1;
  skipOrderCount(bits);
  bits.ue();
  bits.read(1);
  const widthMbs = bits.ue() + 1;
  const heightUnits = bits.ue() + 1;
  const frameOnly = bits.read(1);
  if (frameOnly === 0) bits.read(1);
  bits.read(1);
  const crop = bits.read(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - frameOnly);
  return {
    width: widthMbs * 16 - (left + right) * unitX,
    height: heightUnits * 16 * (2 - frameOnly) - (top + bottom) * unitY,
    frameRate: bits.read(1) === 1 ? frameRateOfVui(bits) : null,
  };
}

/** Returns chroma_format_idc. */
function skipHighProfile(bits: BitReader): number {
  const chroma = bits.ue();
  if (chroma === 3) bits.read(1);
  bits.ue();
  bits.ue();
  bits.read(1);
  if (bits.read(1) === 0) return chroma;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
    if (bits.read(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  return chroma;
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  for (let i = 0; i < size; i++) {
    const next = (last + bits.se() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

function skipOrderCount(bits: BitReader): void {
  bits.ue();
  const type = bits.ue();
  if (type === 0) bits.ue();
  if (type !== 1) return;
  bits.read(1);
  bits.se();
  bits.se();
  const cycle = bits.ue();
  for (let i = 0; i < Math.min(cycle, 255); i++) bits.se();
}

function frameRateOfVui(bits: BitReader): number | null {
  if (bits.read(1) === 1 && bits.read(8) === 255) bits.read(32);
  if (bits.read(1) === 1) bits.read(1);
  if (bits.read(1) === 1) {
    bits.read(4);
    if (bits.read(1) === 1) bits.read(24);
  }
  if (bits.read(1) === 1) {
    bits.ue();
    bits.ue();
  }
  if (bits.read(1) === 0) return null;
  const unitsInTick = bits.read(32);
  const timeScale = bits.read(32);
  return unitsInTick === 0 ? null : timeScale / (2 * unitsInTick);
}

function withoutEmulation(nal: Buffer): Buffer {
  const out = Buffer.alloc(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Most significant bit first; reading past the end throws RangeError. */
class BitReader {
  readonly #data: Buffer;
  #bit = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#bit++) {
      const byte = this.#data[this.#bit >> 3];
      if (byte === undefined) throw new RangeError('parameter set is cut off');
      value = value * 2 + ((byte >> (7 - (this.#bit & 7))) & 1);
    }
    return value;
  }

  ue(): number {
    let zeros = 0;
    while (this.read(1) === 0) if (++zeros > 31) throw new RangeError('code number is too long');
    return 2 ** zeros - 1 + this.read(zeros);
  }

  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
