/**
 * Publishes one stream to an RTMP server: an ffmpeg that passes FLV bytes through untouched, so that what it is given
 * is what arrives, tag by tag, timestamps of 32 bits and all. It connects once and ends with its connection.
 */
import { spawn } from 'node:child_process';

export interface RtmpPushOptions {
  /** `rtmp://HOST:PORT/APP`; holds no key. */
  readonly url: string;
  /** File of mode 0600 with the play path, as `formatPlayPathFile` makes it. */
  readonly playPathFile: string;
  /** The server has let it in. */
  onConnected(): void;
  /** After `write` said false: there is room again. */
  onWritable(): void;
  /** It is over, for the reason that ffmpeg gave (its last line; may be empty). Called once. */
  onEnded(said: string): void;
}

export interface RtmpPush {
  /** Hands bytes on; false when whoever writes should wait for `onWritable`. */
  write(bytes: Uint8Array): boolean;
  /** Ends the stream after what was written. */
  end(): void;
  kill(): void;
}

/** A server that takes nothing for so long is given up by ffmpeg itself. */
const STUCK_USEC = 5_000_000;
/** Keeps what has been sent but not taken small, so that a server that hangs shows: 0.7 s at 6 Mbit/s. */
const SEND_BUFFER_BYTES = 512 * 1024;

/** Formats the file that tells ffmpeg where to publish: an ffmpeg preset, since arguments are for all to see. */
export function formatPlayPathFile(playPath: string): string {
  return `rtmp_playpath=${playPath}\n`;
}

/** Returns program and arguments. `setpriv` ends ffmpeg with its parent even if that is killed with -9. */
export function formatPushArguments(url: string, playPathFile: string): readonly [string, ...string[]] {
  const input = ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0', '-f', 'data'];
  const socket = ['-tcp_nodelay', '1', '-send_buffer_size', String(SEND_BUFFER_BYTES)];
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', 'ffmpeg'] as const),
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error', '-progress', 'pipe:1'],
    ...[...input, '-i', 'pipe:0', '-map', '0', '-c', 'copy', '-flush_packets', '1'],
    ...['-fpre', playPathFile, ...socket, '-rw_timeout', String(STUCK_USEC), '-f', 'data', url],
  ];
}

/** Starts connecting at once. Nothing but the FLV file header may be written before `onConnected`. */
export function startRtmpPush(options: RtmpPushOptions): RtmpPush {
  const [program, ...args] = formatPushArguments(options.url, options.playPathFile);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let ended = false;
  const end = (words: string): void => {
    if (ended) return;
    ended = true;
    options.onEnded(words);
  };
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  // It reports for the first time when it has connected and read something.
  child.stdout.once('data', () => {
    if (!ended) options.onConnected();
  });
  child.stdout.resume();
  child.stdin.on('drain', () => options.onWritable());
  // A pipe to a process that has gone: its end says why.
  child.stdin.on('error', () => undefined);
  child.once('error', (error) => end(`cannot run ${program}: ${error.message}`));
  child.once('close', () => end(said.trim().split('\n').at(-1) ?? ''));
  return {
    write: (bytes) => child.stdin.write(bytes),
    end: () => child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
}
