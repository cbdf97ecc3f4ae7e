/** Delivery directives of a playlist request (RFC 8216bis section 6.2.5). */
export interface DeliveryDirectives {
  /** `_HLS_msn`: answer when the playlist holds this media sequence number. */
  readonly msn: number | null;
  /** `_HLS_part`: and this part of it, from 0. */
  readonly part: number | null;
  /** `_HLS_skip` is YES or v2: a delta update will do. */
  readonly delta: boolean;
}

const NONE: DeliveryDirectives = { msn: null, part: null, delta: false };

/**
 * Parses the query of a playlist request (without `?`). Returns null when a directive is malformed, stands
 * twice, or `_HLS_part` comes without `_HLS_msn`: the answer is then 400. Other parameters are passed over.
 */
export function parseDirectives(query: string): DeliveryDirectives | null {
  if (query === '') return NONE;
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (!pair.startsWith('_HLS_')) continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (found.has(name)) return null;
    found.set(name, equals < 0 ? '' : pair.slice(equals + 1));
  }
  const msn = integer(found.get('_HLS_msn'), 12);
  const part = integer(found.get('_HLS_part'), 5);
  const skip = found.get('_HLS_skip');
  if (Number.isNaN(msn) || Number.isNaN(part) || (msn === null && part !== null)) return null;
  if (skip !== undefined && skip !== 'YES' && skip !== 'v2') return null;
  return { msn, part, delta: skip !== undefined };
}

/** NaN when malformed, null when missing. */
function integer(text: string | undefined, maxDigits: number): number | null {
  if (text === undefined) return null;
  return text.length <= maxDigits && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
