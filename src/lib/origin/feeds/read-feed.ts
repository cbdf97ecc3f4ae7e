import { request } from 'node:http';
import { FrameDecoder } from '../../feed/codec.ts';
import type { FeedFrame } from '../../feed/message.ts';
import { checkMessage } from './check-message.ts';

/** Until the first frame, an upstream has this long, milliseconds. */
const FIRST_FRAME_MS = 2000;

/** How a feed ended. `absent`: this origin has no pipeline of the stream. */
export type FeedEnd = 'absent' | 'ended' | 'stalled' | 'failed' | 'closed';

export interface ReadFeedOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Milliseconds without a part after which the feed is given up; null while none is to be expected. */
  stallMs(): number | null;
  onFrame(frame: FeedFrame): void;
}

/** Reads a feed until it ends, stalls, fails or is aborted. Never rejects. */
export function readFeed(options: ReadFeedOptions): Promise<FeedEnd> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const req = request(options.url, { agent: false });
    const end = (how: FeedEnd): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      req.destroy();
      resolve(how);
    };
    const onAbort = (): void => end('closed');
    const arm = (ms: number | null): void => {
      clearTimeout(timer);
      if (ms !== null) timer = setTimeout(() => end('stalled'), ms);
    };
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) return end('closed');
    arm(FIRST_FRAME_MS);
    req.on('error', () => end('failed'));
    req.on('response', (res) => {
      if (res.statusCode !== 200) return end(res.statusCode === 404 ? 'absent' : 'failed');
      const decoder = new FrameDecoder();
      res.on('error', () => end('failed'));
      res.on('close', () => end(res.complete ? 'ended' : 'failed'));
      res.on('data', (chunk: Buffer) => {
        try {
          for (const frame of decoder.push(chunk)) {
            checkMessage(frame.message);
            options.onFrame(frame);
            if (frame.message.type === 'part' || options.stallMs() === null) arm(options.stallMs());
          }
        } catch {
          end('failed');
        }
      });
    });
    req.end();
  });
}
