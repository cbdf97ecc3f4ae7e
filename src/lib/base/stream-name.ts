import { StreamctlError } from './errors.ts';

/** Safe in URLs, file names, unit names and RTMP; at most 63 characters. */
export const STREAM_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Returns the name, or throws USAGE. */
export function checkStreamName(name: string): string {
  if (STREAM_NAME.test(name)) return name;
  throw new StreamctlError('USAGE', `stream name ${JSON.stringify(name)} is not allowed`, {
    hint: 'Use 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen.',
  });
}
