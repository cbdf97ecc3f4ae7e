/** What the first bytes of an FLV audio or video tag say of its payload (Adobe FLV 10.1, E.4.2 and E.4.3). */

export interface VideoPayload {
  /** `avc`, or the name of something that this version does not transcode. */
  readonly codec: string;
  /** `header` is the sequence header (avcC), `end` the end of sequence. */
  readonly kind: 'header' | 'frame' | 'end';
  readonly key: boolean;
  /** Presentation minus decode time, milliseconds, signed. */
  readonly compositionMs: number;
  /** avcC, or the picture as length-prefixed NAL units. */
  readonly payload: Uint8Array;
}

export interface AudioPayload {
  readonly codec: string;
  readonly kind: 'header' | 'frame';
}

const VIDEO_CODECS: Readonly<Record<number, string>> = { 2: 'h263', 4: 'vp6', 7: 'avc', 12: 'hevc' };
const AUDIO_CODECS: Readonly<Record<number, string>> = { 2: 'mp3', 10: 'aac', 11: 'speex', 14: 'mp3' };

/** Parses a video tag's data; null when it is too short or carries no picture (seek frames). */
export function parseVideoPayload(data: Uint8Array): VideoPayload | null {
  const first = data[0];
  if (first === undefined) return null;
  if ((first & 0x80) !== 0) return parseEnhanced(first, data);
  const frameType = first >> 4;
  const codec = VIDEO_CODECS[first & 0x0f] ?? `video-${first & 0x0f}`;
  if (frameType === 5) return null;
  if (codec !== 'avc') {
    return { codec, kind: 'frame', key: frameType === 1, compositionMs: 0, payload: data.subarray(1) };
  }
  if (data.length < 5) return null;
  const packet = data[1];
  const kind = packet === 0 ? 'header' : packet === 1 ? 'frame' : 'end';
  const unsigned = ((data[2] as number) << 16) | ((data[3] as number) << 8) | (data[4] as number);
  const compositionMs = (unsigned << 8) >> 8;
  return { codec, kind, key: frameType === 1, compositionMs, payload: data.subarray(5) };
}

/** Enhanced RTMP names the codec by four characters; only the name is of use here. */
function parseEnhanced(first: number, data: Uint8Array): VideoPayload | null {
  if (data.length < 5) return null;
  const codec = Buffer.from(data.subarray(1, 5)).toString('latin1').replaceAll(/[^\w]/g, '?');
  const kind = (first & 0x0f) === 0 ? 'header' : 'frame';
  return {
    codec,
    kind,
    key: ((first >> 4) & 7) === 1,
    compositionMs: 0,
    payload: data.subarray(5),
  };
}

/** Parses an audio tag's data; null when it is empty. */
export function parseAudioPayload(data: Uint8Array): AudioPayload | null {
  const first = data[0];
  if (first === undefined || data.length < 2) return null;
  const codec = AUDIO_CODECS[first >> 4] ?? `audio-${first >> 4}`;
  return { codec, kind: codec === 'aac' && data[1] === 0 ? 'header' : 'frame' };
}
