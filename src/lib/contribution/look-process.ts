/**
 * One ffmpeg that looks at the key frames and the sound of one session. Its stdin is a pipe from this
 * process, so that it ends with it, however that ends; a frozen one is killed with this process as well.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import {
  LOOK_SOUND_BYTES,
  type LookTracks,
  lookArguments,
  parseLooks,
} from '../media/ffmpeg-look-arguments.ts';
import { type FlvTag, formatFlvHeader, formatFlvTag } from '../media/flv.ts';
import { parseVideoPayload } from '../media/flv-payload.ts';
import { isBlackPicture, isSilence } from '../media/judge-fitness.ts';

export interface LookOptions {
  readonly tracks: LookTracks;
  /** Metadata and decoder configurations. */
  readonly headers: readonly FlvTag[];
  /** A key frame that arrived at a time was looked at. */
  onPicture(isBlack: boolean, arrivedMs: number): void;
  /** A short piece of sound was heard that came at about that time. */
  onSound(isSilent: boolean, arrivedMs: number): void;
  /** It has ended, or was killed as it took or gave nothing; `words` say how. */
  onEnd(words: string): void;
}

export interface LookProcess {
  /** Takes a key frame or sound. */
  feed(tag: FlvTag, nowMs: number): void;
  /** Ends it without a further call. */
  close(): void;
}

/** An encoder's B frames make a decoder hold pictures back: it gets each key frame as often as it holds some. */
const MOST_COPIES = 5;
/** A few key frames of the largest pictures. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
/** Fed and without a word for so long, it hangs; a machine without CPU is as good as that. */
const HANG_MS = 10_000;
const LOW_PRIORITY = 10;

/** Starts it. A failure to start is told like any other end. */
export function startLook(options: LookOptions): LookProcess {
  return new Look(options);
}

class Look implements LookProcess {
  readonly #options: LookOptions;
  readonly #child: ChildProcess;
  #closed = false;
  #said = '';
  /** The key frames fed whose picture has not come out, each as often as it was fed. */
  #keys: { readonly ptsMs: number; readonly arrivedMs: number }[] = [];
  #isFirstKey = true;
  #soundMs = 0;
  /** Since when it has been fed without an answer; null while it answers. */
  #waitsSinceMs: number | null = null;
  #printed = '';
  #sound: Buffer = Buffer.alloc(0);

  constructor(options: LookOptions) {
    this.#options = options;
    const { tracks, headers } = options;
    const args = ['--pdeathsig', 'KILL', 'ffmpeg', ...lookArguments(tracks)];
    this.#child = spawn('setpriv', args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'] });
    if (this.#child.pid !== undefined) lowerPriority(this.#child.pid);
    const [input, , errors, pictures, sounds] = this.#child.stdio as unknown as [
      Writable,
      null,
      ...Readable[],
    ];
    input.on('error', () => undefined);
    errors!.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-300);
    });
    pictures!.on('error', () => undefined).on('data', (bytes: Buffer) => this.#takePictures(bytes));
    sounds!.on('error', () => undefined).on('data', (bytes: Buffer) => this.#takeSounds(bytes));
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('close', (code, signal) =>
      this.#end(signal ? `killed by ${signal}` : `exited with ${code}`),
    );
    input.write(formatFlvHeader(tracks));
    for (const header of headers) input.write(formatFlvTag(header));
  }

  feed(tag: FlvTag, nowMs: number): void {
    if (this.#closed) return;
    const input = this.#child.stdin as Writable;
    this.#waitsSinceMs ??= nowMs;
    if (input.writableLength > MAX_BACKLOG_BYTES || nowMs - this.#waitsSinceMs > HANG_MS) {
      this.#child.kill('SIGKILL');
      return;
    }
    if (tag.type === 'audio') this.#soundMs = nowMs;
    const copies = tag.type === 'video' ? this.#copies() : 1;
    const cts = tag.type === 'video' ? (parseVideoPayload(tag.data)?.compositionMs ?? 0) : 0;
    for (let copy = 0; copy < copies; copy++) {
      const timestampMs = (tag.timestampMs + copy) >>> 0;
      if (tag.type === 'video') this.#keys.push({ ptsMs: timestampMs + cts, arrivedMs: nowMs });
      input.write(formatFlvTag({ ...tag, timestampMs }));
    }
  }

  close(): void {
    this.#closed = true;
    this.#child.kill('SIGKILL');
  }

  /** So many as are held back, and one more. */
  #copies(): number {
    const held = this.#isFirstKey ? MOST_COPIES : this.#keys.length;
    this.#isFirstKey = false;
    return Math.min(held + 1, MOST_COPIES);
  }

  #takePictures(bytes: Buffer): void {
    this.#waitsSinceMs = null;
    const { looks, rest } = parseLooks(this.#printed + bytes.toString('latin1'));
    this.#printed = rest;
    for (const { ptsMs, blackPercent } of looks) {
      const at = this.#keys.findIndex((key) => key.ptsMs === ptsMs);
      const [key] = at < 0 ? [] : this.#keys.splice(0, at + 1).slice(-1);
      if (key !== undefined && !this.#closed)
        this.#options.onPicture(isBlackPicture(blackPercent), key.arrivedMs);
    }
  }

  #takeSounds(bytes: Buffer): void {
    this.#waitsSinceMs = null;
    const all = Buffer.concat([this.#sound, bytes]);
    let at = 0;
    for (; at + LOOK_SOUND_BYTES <= all.length && !this.#closed; at += LOOK_SOUND_BYTES)
      this.#options.onSound(isSilence(all.subarray(at, at + LOOK_SOUND_BYTES)), this.#soundMs);
    this.#sound = all.subarray(at);
  }

  #end(how: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onEnd([how, this.#said.trim()].filter(Boolean).join(': '));
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // It has exited already.
  }
}
