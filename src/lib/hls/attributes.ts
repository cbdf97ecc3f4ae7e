/** Attribute lists of playlist tags (RFC 8216bis section 4.2). */

const ATTRIBUTE = /\s*([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))\s*(?:,|$)/y;

/**
 * Parses `NAME=value,NAME="text"` into a map of values without their quotes. Text after the first malformed
 * attribute is ignored; the first of two attributes with one name wins.
 */
export function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  ATTRIBUTE.lastIndex = 0;
  for (let match = ATTRIBUTE.exec(text); match !== null; match = ATTRIBUTE.exec(text)) {
    const name = match[1]!;
    if (!attributes.has(name)) attributes.set(name, match[2] ?? match[3]!.trim());
    if (ATTRIBUTE.lastIndex >= text.length) break;
  }
  return attributes;
}

/** An attribute's value as a finite decimal number; null when it is missing or is no number. */
export function numberAttribute(attributes: ReadonlyMap<string, string>, name: string): number | null {
  const text = attributes.get(name);
  return text === undefined ? null : parseDecimal(text);
}

/** A decimal number as RFC 8216bis writes it; null for anything else (hex, exponents, blanks, NaN). */
export function parseDecimal(text: string): number | null {
  if (!/^-?\d{1,20}(\.\d{0,20})?$/.test(text)) return null;
  return Number(text);
}

/** Seconds with at most five decimals and no exponent: precise to 10 µs, as short as can be. */
export function formatSec(seconds: number): string {
  return seconds.toFixed(5).replace(/\.?0+$/, '');
}

/** A quoted string; quotes and line breaks, which the format can't hold, are dropped. */
export function quote(text: string): string {
  return `"${text.replace(/["\r\n]/g, '')}"`;
}
