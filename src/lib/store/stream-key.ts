/** Stream keys: how they look, and the keyed hash under which they are stored. */
import { createHmac } from 'node:crypto';

/** Crockford's base 32: no letters that are taken for digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 160 bits; must be a multiple of 5. */
export const STREAM_KEY_RANDOM_BYTES = 20;

/** Formats `sk_STREAM_RANDOM` from STREAM_KEY_RANDOM_BYTES of a cryptographic source. */
export function formatStreamKey(stream: string, random: Uint8Array): string {
  let bits = 0n;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let left = (random.length * 8) / 5; left > 0; left--) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return `sk_${stream}_${text}`;
}

/** Returns the HMAC-SHA256 of a stream key under the cluster's secret, in hex. */
export function hashStreamKey(key: string, keySecret: string): string {
  return createHmac('sha256', keySecret).update(key).digest('hex');
}
