/**
 * One ffmpeg: bytes in, fragmented MP4 out on pipes 3 and up.
 *
 * Its stdin is a pipe from this process, so that it ends by itself when this process dies, however it dies; and every
 * one that still runs is killed when this process exits.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { FragmentSplitter, type SplitEvent } from '../media/fragment-splitter.ts';

export interface FfmpegOptions {
  readonly arguments: readonly string[];
  /** Outputs: pipes from 3 on. */
  readonly outputs: number;
  readonly workingDirectory?: string;
  /** Yields to live work. */
  readonly background?: boolean;
  /** Called for each init segment and sample, with the output's index. */
  onEvent(output: number, event: SplitEvent): void;
  /** Called once, after the last event. */
  onEnd(exit: FfmpegExit): void;
}

export interface FfmpegExit {
  /** It read all its input, wrote all its output, and succeeded. */
  readonly ok: boolean;
  /** One line: exit code or signal, and the end of what ffmpeg said. */
  readonly words: string;
}

export interface Ffmpeg {
  readonly pid: number | undefined;
  /** Bytes written but not yet taken by ffmpeg. */
  readonly backlogBytes: number;
  write(bytes: Uint8Array): void;
  /** Ends its input: it encodes what it has and exits. */
  end(): void;
  kill(): void;
}

const STDERR_TAIL = 600;
const running = new Set<ChildProcess>();

/** Starts ffmpeg. A failure to start is reported like any other end. */
export function startFfmpeg(options: FfmpegOptions): Ffmpeg {
  const outputs = Array.from({ length: options.outputs }, () => 'pipe' as const);
  const child = spawn('ffmpeg', options.arguments, {
    stdio: ['pipe', 'ignore', 'pipe', ...outputs],
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
  });
  track(child);
  if (options.background && child.pid !== undefined) lowerPriority(child.pid);
  let said = '';
  (child.stdio[2] as Readable).on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-STDERR_TAIL);
  });
  outputs.forEach((_, i) => {
    readOutput(child, i, options);
  });
  const input = child.stdin as Writable;
  input.on('error', () => {});
  let ended = false;
  const finish = (ok: boolean, how: string) => {
    if (ended) return;
    ended = true;
    forget(child);
    options.onEnd({ ok, words: [how, said.trim().replaceAll(/\s*\n\s*/g, '; ')].filter(Boolean).join(': ') });
  };
  child.on('error', (error) => finish(false, error.message));
  child.on('close', (code, signal) =>
    finish(code === 0, signal ? `killed by ${signal}` : `exited with ${code}`),
  );
  return {
    pid: child.pid,
    get backlogBytes() {
      return input.writableLength;
    },
    write: (bytes) => {
      if (input.writable) input.write(bytes);
    },
    end: () => {
      input.end();
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function readOutput(child: ChildProcess, index: number, options: FfmpegOptions): void {
  const splitter = new FragmentSplitter();
  const output = child.stdio[3 + index] as Readable;
  output.on('error', () => {});
  output.on('data', (chunk: Buffer) => {
    try {
      for (const event of splitter.push(chunk)) options.onEvent(index, event);
    } catch {
      child.kill('SIGKILL');
    }
  });
}

function track(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) process.off('exit', killAll);
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 10);
  } catch {
    // It has exited already.
  }
}
