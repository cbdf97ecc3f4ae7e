import { FlvParser, type FlvTag } from '../../src/lib/media/flv.ts';
import { until } from './until.ts';

/** A subscriber of `GET /contribution/STREAM`. */
export interface ContributionReader {
  readonly sessionId: number;
  readonly epochMs: number;
  readonly tags: readonly FlvTag[];
  /** Every byte of the body so far. */
  bytes(): Buffer;
  /** True once the body has ended. */
  readonly isEnded: () => boolean;
  waitForTag(match: (tag: FlvTag) => boolean, limitMs?: number): Promise<FlvTag>;
  close(): void;
}

/** Subscribes; the status must be 200. */
export async function readContribution(base: string, stream: string): Promise<ContributionReader> {
  const stop = new AbortController();
  const response = await fetch(`${base}/contribution/${stream}`, { signal: stop.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`);
  const tags: FlvTag[] = [];
  const chunks: Uint8Array[] = [];
  let ended = false;
  const parser = new FlvParser();
  const body = response.body;
  void (async () => {
    try {
      for await (const chunk of body) {
        chunks.push(chunk);
        tags.push(...parser.push(chunk));
      }
    } catch {
      // The test closed it.
    }
    ended = true;
  })();
  return {
    sessionId: Number(response.headers.get('x-session-id')),
    epochMs: Number(response.headers.get('x-session-epoch-ms')),
    tags,
    bytes: () => Buffer.concat(chunks),
    isEnded: () => ended,
    waitForTag: async (match, limitMs) => {
      await until(() => tags.some(match), 'a tag', limitMs);
      return tags.find(match)!;
    },
    close: () => stop.abort(),
  };
}
