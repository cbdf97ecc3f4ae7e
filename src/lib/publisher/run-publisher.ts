/**
 * The test publisher in the foreground: a picture whose every frame says its number and when it was made.
 *
 * Not an encoder for real programmes. Invariants: the key is in no argument and in no output; frame n is stamped
 * n ÷ fps; the ffmpeg ends with this process, however that ends.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { formatPublisherArguments, type TestPublisher } from './publisher-arguments.ts';

export interface RunPublisherOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The connection dropped and is made anew; ffmpeg's last words. */
  onDropped(said: string): void;
}

/** An ffmpeg that ends sooner was refused rather than dropped. */
const REFUSED_MS = 3000;
const RETRY_MS = 500;

/** Publishes until the signal, reconnecting. Throws REFUSED when it was never let in, PACKAGE_MISSING without ffmpeg. */
export async function runTestPublisher(
  publisher: TestPublisher,
  options: RunPublisherOptions,
): Promise<void> {
  let wasIn = false;
  while (!options.signal.aborted) {
    const startedMs = performance.now();
    const said = await publishOnce(publisher, options.signal);
    if (options.signal.aborted) return;
    wasIn ||= performance.now() - startedMs > REFUSED_MS;
    if (!wasIn) throw refused(publisher, said);
    options.onDropped(said);
    await sleep(RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** Runs one ffmpeg and resolves with the last line it said. */
async function publishOnce(publisher: TestPublisher, signal: AbortSignal): Promise<string> {
  const argv = formatPublisherArguments(publisher);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code === 127) throw new Error('ffmpeg is not installed');
  } catch (cause) {
    throw new StreamctlError('PACKAGE_MISSING', 'start the test publisher: ffmpeg or setpriv cannot be run', {
      hint: 'Install them with `sudo apt-get install ffmpeg util-linux`.',
      cause,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const last = said.trim().split('\n').at(-1) ?? '';
  return last.replaceAll(/sk_\S+/g, 'sk_…');
}

function refused({ stream, address, rtmpPort }: TestPublisher, said: string): StreamctlError {
  return new StreamctlError(
    'REFUSED',
    `publish ${stream} to rtmp://${address}:${rtmpPort}/live: ${said || 'refused'}`,
    {
      hint: 'Another publisher may use the stream, or the ingest is not running: look at `streamctl status`.',
    },
  );
}
