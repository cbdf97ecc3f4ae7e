/**
 * Pulls one stream from the node's RTMP server: an ffmpeg that passes the FLV bytes through untouched, started
 * again whenever it ends, until the publisher is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '../base/logger.ts';
import { FlvParser, type FlvTag } from '../media/flv.ts';
import { SilenceMeter } from './silence-meter.ts';

export interface RtmpPullOptions {
  /** `rtmp://ADDRESS:PORT/live/STREAM`; holds no key. */
  readonly url: string;
  readonly log: Logger;
  /** How long the first tag may take, milliseconds; as long as any silence unless said. */
  readonly firstTagMs?: number;
  onTag(tag: FlvTag): void;
  /** The publisher has gone, or the server has been away for GONE_AFTER_MS; the pull has ended by itself. */
  onGone(): void;
}

export interface RtmpPull {
  /** Ends the pull and its process; may be called twice. */
  close(): void;
}

/** How long the server may refuse connections: covers a restart of it. */
const GONE_AFTER_MS = 2000;
/** The server drops a publisher that is silent for 10 s, so a longer silence means that there is none. */
export const SILENT_MS = 12_000;
export const SILENCE_POLL_MS = 500;
const RETRY_MS = 50;

/** Returns program and arguments. `setpriv` ends ffmpeg with the daemon even if that is killed with -9. */
export function formatPullArguments(url: string): readonly [string, ...string[]] {
  const input = ['-fflags', 'nobuffer', '-tcp_nodelay', '1', '-rtmp_live', 'live', '-rtmp_buffer', '0'];
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', 'ffmpeg'] as const),
    ...['-nostdin', '-hide_banner', '-loglevel', 'error'],
    ...[...input, '-f', 'data', '-i', url],
    ...['-map', '0', '-c', 'copy', '-flush_packets', '1', '-f', 'data', 'pipe:1'],
  ];
}

/** Starts pulling at once. */
export function startRtmpPull(options: RtmpPullOptions): RtmpPull {
  let child: ChildProcess | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  const silence = new SilenceMeter(performance.now());
  let limitMs = options.firstTagMs ?? SILENT_MS;
  const poll = setInterval(() => {
    if (silence.read(performance.now()) > limitMs) gone();
  }, SILENCE_POLL_MS);

  function close(): void {
    closed = true;
    clearTimeout(retry);
    clearInterval(poll);
    child?.kill('SIGKILL');
  }

  function gone(): void {
    close();
    options.onGone();
  }

  function take(tag: FlvTag): void {
    if (closed) return;
    silence.heard(performance.now());
    limitMs = SILENT_MS;
    options.onTag(tag);
  }

  function attempt(): void {
    const started = spawnPull(options, take);
    child = started.child;
    void started.ended.then((publisherLeft) => {
      if (closed) return;
      if (publisherLeft || silence.read(performance.now()) > GONE_AFTER_MS) gone();
      else retry = setTimeout(attempt, RETRY_MS);
    });
  }

  attempt();
  return { close };
}

/** Runs one ffmpeg; `ended` says whether the server told it that the publisher left. */
function spawnPull(
  options: RtmpPullOptions,
  take: (tag: FlvTag) => void,
): { child: ChildProcess; ended: Promise<boolean> } {
  const [program, ...args] = formatPullArguments(options.url);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const parser = new FlvParser();
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      for (const tag of parser.push(chunk)) take(tag);
    } catch (error) {
      options.log.warn({ err: error }, 'pull ended: malformed FLV');
      child.stdout.removeAllListeners('data');
      child.kill('SIGKILL');
    }
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      options.log.error({ err: error }, `cannot run ${program}`);
      resolve(false);
    });
    child.once('close', (code) => {
      options.log.info({ code, said: said.trim() }, 'pull ended');
      // A lost connection ends with status 0 too, but not without a word.
      resolve(code === 0 && said === '');
    });
  });
  return { child, ended };
}
