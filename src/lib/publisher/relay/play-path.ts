/** Where a relay publishes, and under which name. Pure. */
import { StreamctlError } from '../../base/errors.ts';

/** Formats what an ingest is told: the key, and the Unix time in milliseconds of RTMP timestamp 0. */
export function formatPlayPath(key: string, epochMs: number): string {
  return `${key}${key.includes('?') ? '&' : '?'}epoch=${Math.round(epochMs)}`;
}

/** Parses the first line of a key file. Throws USAGE when it holds no key. */
export function parseKey(text: string): string {
  const key = (text.split('\n', 1)[0] ?? '').trim();
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return key;
  throw new StreamctlError('USAGE', 'the key file holds no stream key in its first line', {
    hint: 'The key was shown by streamctl stream add; streamctl stream key rotate makes a new one.',
  });
}

/** Returns `rtmp://HOST[:PORT]/APP` without its last slash. Throws USAGE for what is none, or holds the key. */
export function parseTarget(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^rtmps?:$/.test(url.protocol) || url.hostname === '' || url.pathname.length < 2) {
    throw new StreamctlError('USAGE', `"${withoutKey(text)}" is no address of an ingest`, {
      hint: 'Write rtmp://HOST/live.',
    });
  }
  if (/\/sk_/.test(url.pathname) || url.search !== '' || url.username !== '') {
    throw new StreamctlError(
      'USAGE',
      `--to ${url.protocol}//${url.host}: the stream key does not belong there`,
      {
        hint: 'Arguments are for all to see: put the key into a file, and name that with --key-file.',
      },
    );
  }
  return text.replace(/\/+$/, '');
}

export interface ListenAddress {
  /** IPv4. */
  readonly address: string;
  readonly port: number;
}

/** Parses `ADDRESS[:PORT]`; the port is 1935 unless said. Throws USAGE. */
export function parseListen(text: string): ListenAddress {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? 1935);
  if (
    match !== null &&
    port > 0 &&
    port < 65_536 &&
    match[1]!.split('.').every((part) => Number(part) < 256)
  ) {
    return { address: match[1]!, port };
  }
  throw new StreamctlError('USAGE', `--listen "${text}" is no address`, { hint: 'Write 127.0.0.1:1935.' });
}

function withoutKey(text: string): string {
  return text.replaceAll(/sk_[^/?&\s]+/g, 'sk_…');
}
