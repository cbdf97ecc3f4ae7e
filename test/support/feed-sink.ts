/** An origin for tests: takes feeds and keeps every message. */
import { createServer, type ServerResponse } from 'node:http';
import { encodeFrame, FrameDecoder } from '../../src/lib/feed/codec.ts';
import type { FeedFrame, PartMessage, StatusMessage, TracksMessage } from '../../src/lib/feed/message.ts';

export interface ReceivedPart extends PartMessage {
  readonly bytes: Buffer;
  readonly arrivedMs: number;
}

export class FeedSink {
  readonly frames: FeedFrame[] = [];
  readonly inits = new Map<string, Buffer>();
  readonly parts: ReceivedPart[] = [];
  connections = 0;
  #open = new Set<ServerResponse>();
  #server = createServer((request, response) => {
    if (request.method === 'GET') {
      this.#replay(response);
      return;
    }
    this.connections += 1;
    this.#open.add(response);
    const decoder = new FrameDecoder();
    request.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) this.#take(frame);
    });
    request.on('end', () => response.end());
    request.on('error', () => {});
  });

  async listen(address: string): Promise<number> {
    this.#server.requestTimeout = 0;
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return (this.#server.address() as { port: number }).port;
  }

  /** Cuts every connection, as a restarted origin does. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  track(id: string): ReceivedPart[] {
    return this.parts.filter((part) => part.track === id);
  }

  get status(): StatusMessage | null {
    return (
      (this.frames.findLast(({ message }) => message.type === 'status')?.message as StatusMessage) ?? null
    );
  }

  get tracks(): TracksMessage | null {
    return (
      (this.frames.findLast(({ message }) => message.type === 'tracks')?.message as TracksMessage) ?? null
    );
  }

  /** What is known, closed by a status, as an origin answers a relay. */
  #replay(response: ServerResponse): void {
    if (this.parts.length === 0 || this.status === null) {
      response.writeHead(404).end();
      return;
    }
    for (const { message, body } of this.frames) {
      if (message.type !== 'status') response.write(encodeFrame(message, body));
    }
    response.write(encodeFrame(this.status));
  }

  #take(frame: FeedFrame): void {
    this.frames.push(frame);
    const { message } = frame;
    const bytes = Buffer.from(frame.body);
    if (message.type === 'init') this.inits.set(message.initId, bytes);
    if (message.type === 'part')
      this.parts.push({ ...message, bytes, arrivedMs: performance.timeOrigin + performance.now() });
  }
}
