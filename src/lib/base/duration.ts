import { StreamctlError } from './errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Parses `500ms`, `30s`, `1.5m` or `2h` (a bare number is seconds) to milliseconds. Throws USAGE for all else. */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) {
    throw new StreamctlError('USAGE', `"${text}" is no duration`, {
      hint: 'Write it as 500ms, 30s, 10m or 2h.',
    });
  }
  return Number(match[1]) * UNIT_MS[match[2] ?? 's']!;
}

/** Parses a positive number of seconds. Throws USAGE for all else. */
export function parseSeconds(text: string): number {
  const seconds = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (seconds > 0) return seconds;
  throw new StreamctlError('USAGE', `"${text}" is no positive number of seconds`);
}
