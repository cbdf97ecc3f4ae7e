import type { IncomingMessage } from 'node:http';

/** Nothing that nginx or an agent says to a daemon is longer. */
const MAX_BODY_BYTES = 16 * 1024;

/** Reads the body of a request as UTF-8. Throws when it is longer than 16 KiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
