import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentMessage } from '../../feed/message.ts';
import {
  type DvrWrites,
  type IndexLine,
  indexPath,
  initPath,
  recordPath,
  rewriteIndex,
  type StreamRecord,
  segmentPath,
  writeDescription,
  writeSegment,
  writeWhole,
} from './dvr-files.ts';

/** Bytes that may wait to be written; beyond it a slow disk costs DVR rather than memory. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** The index is written anew when this many of its lines speak of deleted segments. */
const STALE_LINES = 200;

/**
 * Spills one stream's segments to disk, one write at a time and in order. A write that fails is remembered as
 * the reason why the DVR window is short, until a segment is stored again; nothing throws, as live goes on without it.
 */
export class DvrStore {
  readonly dir: string;
  readonly #writes: DvrWrites;
  readonly #index = new Map<string, { live: Map<number, IndexLine>; stale: number }>();
  #tail: Promise<void>;
  #waitingBytes = 0;
  #bytes = 0;
  #failure: string | null = null;

  /** Writes nothing before `after`: an earlier store of the same folder may be deleting it still. */
  constructor(dir: string, writes: DvrWrites, after: Promise<void> = Promise.resolve()) {
    this.dir = dir;
    this.#writes = writes;
    this.#tail = after;
  }

  /** Bytes of segments on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why the last write failed; null when it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Takes over a segment that an earlier run has stored. */
  adopt(message: IndexLine): void {
    this.#lines(message.track).live.set(message.msn, message);
    if (!message.elsewhere) this.#bytes += message.bytes;
  }

  /** Path of a stored segment. */
  path(track: string, msn: number): string {
    return segmentPath(this.dir, track, msn);
  }

  saveRecord(record: StreamRecord): void {
    void this.#enqueue(() => this.#write(recordPath(this.dir), JSON.stringify(record)));
  }

  saveInit(track: string, initId: string, body: Uint8Array): void {
    void this.#enqueue(() => this.#write(initPath(this.dir, track, initId), body));
  }

  /** Stores a segment; resolves to whether it is on disk now. */
  async saveSegment(message: SegmentMessage, body: Uint8Array): Promise<boolean> {
    if (this.#waitingBytes + body.length > MAX_WAITING_BYTES) {
      this.#failure = 'the disk is too slow to store the DVR window';
      return false;
    }
    this.#waitingBytes += body.length;
    return await this.#enqueue(async () => {
      this.#waitingBytes -= body.length;
      await writeSegment(this.#writes, this.dir, { message, body });
      this.adopt(message);
      this.#failure = null;
    });
  }

  /** Remembers a segment that others have: without it a restarted origin's window would begin behind the hole. */
  saveDescription(message: SegmentMessage): void {
    void this.#enqueue(async () => this.adopt(await writeDescription(this.#writes, this.dir, message)));
  }

  /** Deletes a stored segment. */
  deleteSegment(track: string, msn: number): void {
    void this.#enqueue(async () => {
      const lines = this.#lines(track);
      const message = lines.live.get(msn);
      if (message === undefined) return;
      lines.live.delete(msn);
      lines.stale += 1;
      if (!message.elsewhere) this.#bytes -= message.bytes;
      await rm(segmentPath(this.dir, track, msn), { force: true });
      if (lines.stale < STALE_LINES) return;
      await rewriteIndex(this.#writes, this.dir, { track, messages: [...lines.live.values()] });
      lines.stale = 0;
    });
  }

  /** Deletes everything on disk; the store must not be used afterwards. */
  async destroy(): Promise<void> {
    await this.flush();
    await this.#writes.deleteFolder(this.dir);
  }

  /** Resolves when every write so far is done. */
  async flush(): Promise<void> {
    await this.#tail;
  }

  async #write(path: string, bytes: Uint8Array | string): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true });
    await writeWhole(this.#writes, path, bytes);
  }

  async #enqueue(work: () => Promise<void>): Promise<boolean> {
    const done = this.#tail.then(async () => {
      try {
        await work();
        return true;
      } catch (error) {
        this.#failure = describe(error, indexPath(this.dir, '*'));
        return false;
      }
    });
    this.#tail = done.then(() => undefined);
    return done;
  }

  #lines(track: string): { live: Map<number, IndexLine>; stale: number } {
    const lines = this.#index.get(track) ?? { live: new Map<number, IndexLine>(), stale: 0 };
    this.#index.set(track, lines);
    return lines;
  }
}

function describe(error: unknown, where: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'the disk is full: the DVR window shrinks to what is in memory';
  return `can't store the DVR window in ${where}: ${message}`;
}
