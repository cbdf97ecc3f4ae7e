import { request } from 'node:http';
import { FrameDecoder } from '../../feed/codec.ts';
import type { FeedFrame } from '../../feed/message.ts';
import { checkMessage } from './check-message.ts';

/** How a feed ended. `absent`: this origin has none of the stream. `closed`: by the reader. */
export type FeedEnd = 'absent' | 'ended' | 'failed' | 'closed';

export interface ReadFeedOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onFrame(frame: FeedFrame): void;
}

/** Reads a feed until it ends, fails or is aborted: who wants a limit of time sets one. Never rejects. */
export function readFeed({ url, headers = {}, signal, onFrame }: ReadFeedOptions): Promise<FeedEnd> {
  return new Promise((resolve) => {
    const req = request(url, { agent: false, headers });
    const end = (how: FeedEnd): void => {
      signal.removeEventListener('abort', onAbort);
      req.destroy();
      resolve(how);
    };
    const onAbort = (): void => end('closed');
    signal.addEventListener('abort', onAbort, { once: true });
    req.on('error', () => end('failed'));
    if (signal.aborted) return end('closed');
    req.on('response', (res) => {
      if (res.statusCode !== 200) return end(res.statusCode === 404 ? 'absent' : 'failed');
      const decoder = new FrameDecoder();
      res.on('error', () => end('failed'));
      res.on('close', () => end(res.complete ? 'ended' : 'failed'));
      res.on('data', (chunk: Buffer) => {
        try {
          for (const frame of decoder.push(chunk)) {
            checkMessage(frame.message);
            if (!signal.aborted) onFrame(frame);
          }
        } catch {
          end('failed');
        }
      });
    });
    req.end();
  });
}
