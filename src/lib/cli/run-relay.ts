/** `streamctl relay` in the foreground: the key from its file, a folder for as long as it runs, its state said. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { createLogger } from '../base/logger.ts';
import { type ListenAddress, parseKey } from '../publisher/relay/play-path.ts';
import { type Relay, startRelay } from '../publisher/relay/relay.ts';
import type { RelayReport } from '../publisher/relay/relay-report.ts';

export interface RelayRequest {
  readonly listen: ListenAddress;
  readonly targets: readonly string[];
  /** `-` is standard input. */
  readonly keyFile: string;
  readonly signal: AbortSignal;
  /** Encoders can connect now. */
  onReady(relay: Relay): void;
  onChange(report: RelayReport): void;
}

/** Relays until the signal; returns the last state. Throws USAGE (key), PORT_IN_USE, PACKAGE_MISSING, ENVIRONMENT. */
export async function runRelay(request: RelayRequest): Promise<RelayReport> {
  const { listen, targets, signal, onChange } = request;
  const key = await loadKey(request.keyFile);
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-relay-'));
  const log = createLogger('relay');
  log.level = 'silent';
  try {
    const relay = await startRelay({ listen, targets, key, dir }, { clock: systemClock, log, onChange });
    try {
      request.onReady(relay);
      await Promise.race([relay.failed, aborted(signal)]);
      return relay.report();
    } finally {
      await relay.close();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function loadKey(file: string): Promise<string> {
  try {
    return parseKey(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof StreamctlError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new StreamctlError('USAGE', `read the stream key from ${file}: ${code ?? 'it cannot be read'}`, {
      hint: 'Name a file that holds the key and nothing else, or - for standard input.',
      cause,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
