/**
 * Sends the feed to this node's origin over one long POST and keeps what a restarted origin needs: hello, tracks,
 * init segments, the parts of the last segments of each track, and the last status.
 */
import { type ClientRequest, request } from 'node:http';
import { encodeFrame } from '../feed/codec.ts';
import type { FeedMessage, HelloMessage, PartMessage } from '../feed/message.ts';

export interface FeedSenderOptions {
  readonly host: string;
  readonly port: number;
  readonly hello: HelloMessage;
}

const KEPT_SEGMENTS = 8;
const RETRY_MS = { first: 50, most: 500 };
/** An origin that takes nothing for this many bytes is given up and connected to again. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;

interface KeptPart {
  readonly msn: number;
  readonly initId: string;
  readonly frame: Buffer;
}

/** Invariant: on each connection the origin sees hello, tracks, then each init before the parts that need it. */
export class FeedSender {
  readonly #options: FeedSenderOptions;
  #request: ClientRequest | null = null;
  #retryMs = RETRY_MS.first;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #tracks: Buffer | null = null;
  #status: Buffer | null = null;
  /** By track, then init id. */
  #inits = new Map<string, Map<string, Buffer>>();
  #parts = new Map<string, KeptPart[]>();

  constructor(options: FeedSenderOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Sends a message now, or keeps it for the next connection when there is none. */
  send(message: FeedMessage, body?: Uint8Array): void {
    const frame = encodeFrame(message, body);
    this.#keep(message, frame);
    const open = this.#request;
    if (open === null) return;
    open.write(frame);
    if (open.writableLength > MAX_BACKLOG_BYTES) open.destroy();
  }

  /** Ends the feed after what was sent; resolves when the origin has it all, at most a second later. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const open = this.#request;
    this.#request = null;
    if (open === null) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, 1000);
      open.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      open.end();
    });
    open.destroy();
  }

  #connect(): void {
    const { host, port, hello } = this.#options;
    const path = `/feed/${encodeURIComponent(hello.stream)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const opened = request({ host, port, path, method: 'POST', agent: false, headers });
    opened.setNoDelay(true);
    opened.on('socket', (socket) => {
      socket.on('connect', () => {
        this.#retryMs = RETRY_MS.first;
      });
    });
    opened.on('response', (response) => {
      response.resume();
      response.on('end', () => opened.destroy());
    });
    opened.on('error', () => {});
    opened.on('close', () => this.#retry(opened));
    this.#request = opened;
    for (const frame of this.#replay()) opened.write(frame);
  }

  #retry(lost: ClientRequest): void {
    if (this.#closed || this.#request !== lost) return;
    this.#request = null;
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
  }

  #replay(): Buffer[] {
    const inits = [...this.#inits.values()].flatMap((byId) => [...byId.values()]);
    const parts = [...this.#parts.values()].flat().toSorted((a, b) => a.msn - b.msn);
    const frames = [this.#tracks, ...inits, ...parts.map((part) => part.frame), this.#status];
    return [encodeFrame(this.#options.hello), ...frames.filter((frame) => frame !== null)];
  }

  #keep(message: FeedMessage, frame: Buffer): void {
    if (message.type === 'tracks') this.#tracks = frame;
    else if (message.type === 'status') this.#status = frame;
    else if (message.type === 'part') this.#keepPart(message, frame);
    else if (message.type === 'init') {
      const byId = this.#inits.get(message.track) ?? new Map<string, Buffer>();
      this.#inits.set(message.track, byId.set(message.initId, frame));
    }
  }

  #keepPart(message: PartMessage, frame: Buffer): void {
    const kept = this.#parts.get(message.track) ?? [];
    this.#parts.set(message.track, kept);
    kept.push({ msn: message.msn, initId: message.initId, frame });
    if (message.part !== 0) return;
    const oldest = message.msn - KEPT_SEGMENTS + 1;
    this.#parts.set(
      message.track,
      kept.filter((part) => part.msn >= oldest),
    );
  }
}
