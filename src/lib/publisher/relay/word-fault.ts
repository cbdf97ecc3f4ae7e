/** What is said of a target of which a knock tells whether it is back. */
export const REFUSED = 'nobody takes connections there';

/** Says in a few words why a connection ended; ffmpeg's own may hold the play path. */
export function wordFault(said: string, key: string): string {
  if (/Connection refused/.test(said)) return REFUSED;
  if (said === '' || /timed out/.test(said)) return 'it does not answer';
  if (/Input\/output error|Server error|End of file|Broken pipe|reset by peer/.test(said)) {
    return 'it hung up: the key is not good, or the stream is published already';
  }
  return said.replaceAll(key, '…').replaceAll(/sk_\S+/g, 'sk_…');
}
